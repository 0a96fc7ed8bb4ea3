import { departedKernels, lostKernel, type Matching, movesOnly } from "./matching.ts";
import type { Kernel, PortTrace } from "./port-trace.ts";
import type { Operation, PythonTrace } from "./python-trace.ts";

/** Where the numbers say that the two part, before any fault is tried. */
export interface Suspicion {
  readonly phase: "forward" | "backward";
  /** Numbers of Python's operations, the likeliest first. */
  readonly operations: readonly number[];
  /** The port's first kernel that nothing of Python's is like, though its inputs are. */
  readonly kernel: Kernel | null;
}

/** How many operations are looked at. */
const most = 16;

class Graph {
  readonly #python: PythonTrace;
  readonly #matching: Matching;
  readonly #maker = new Map<number, number>();
  readonly #users = new Map<number, number[]>();

  constructor(python: PythonTrace, matching: Matching) {
    this.#python = python;
    this.#matching = matching;
    for (const [i, { inputs, outputs }] of python.operations.entries()) {
      for (const output of outputs) if (!inputs.includes(output)) this.#maker.set(output, i);
      for (const input of inputs) this.#users.set(input, [...(this.#users.get(input) ?? []), i]);
    }
  }

  unmet({ outputs }: Operation): boolean {
    return outputs.length > 0 && outputs.some((output) => this.#isUnmet(output));
  }

  #isUnmet(value: number): boolean {
    const meeting = this.#matching.python[value];
    return meeting === "unmet" || meeting === "shuffled";
  }

  /** Whether it starts from what is met, in that order. */
  startsMet({ inputs }: Operation): boolean {
    return inputs.every((input) => !this.#isUnmet(input));
  }

  /** Whether all that an operation starts from is met, or moved from what is, or was made by nobody. */
  ready({ inputs }: Operation): boolean {
    return inputs.every((input) => {
      if (!this.#isUnmet(input)) return true;
      const maker = this.#maker.get(input);
      const operation = maker === undefined ? undefined : this.#python.operations[maker];
      return operation === undefined || (movesOnly(operation) && this.ready(operation));
    });
  }

  /** The values behind those that an operation starts from, through what only moves them. */
  sources({ inputs }: Operation): number[] {
    return inputs.flatMap((input) => {
      const maker = this.#maker.get(input);
      const operation = maker === undefined ? undefined : this.#python.operations[maker];
      return operation !== undefined && movesOnly(operation) ? [input, ...this.sources(operation)] : [input];
    });
  }

  /** What made the values that an operation starts from. */
  makers({ inputs }: Operation): number[] {
    return inputs.flatMap((input) => this.#maker.get(input) ?? []);
  }

  /** What only moves numbers on their way to an operation. */
  movers({ inputs }: Operation): number[] {
    return inputs.flatMap((input) => {
      const maker = this.#maker.get(input);
      const operation = maker === undefined ? undefined : this.#python.operations[maker];
      if (maker === undefined || operation === undefined || !movesOnly(operation)) return [];
      return [maker, ...this.movers(operation)];
    });
  }

  /** Operations that use what one gave, directly or not. */
  followers(place: number, seen: Set<number> = new Set()): Set<number> {
    for (const output of this.#python.operations[place]?.outputs ?? []) {
      for (const user of this.#users.get(output) ?? []) {
        if (user <= place || seen.has(user)) continue;
        seen.add(user);
        this.followers(user, seen);
      }
    }
    return seen;
  }

  /** Whether what follows from an operation is the port's again: then it was only written in another way. */
  metAgain(place: number): boolean {
    return [...this.followers(place)].some((user) =>
      (this.#python.operations[user]?.outputs ?? []).some((output) => this.#matching.python[output] === "met"),
    );
  }

  usersOf(value: number): number[] {
    return this.#users.get(value) ?? [];
  }
}

/**
 * Where two that give different numbers part.
 * @param ends names of what the port gives.
 * @param otherwise those of them whose numbers are not Python's.
 */
export function suspicion(
  python: PythonTrace,
  port: PortTrace,
  matching: Matching,
  ends: readonly string[],
  otherwise: readonly string[],
): Suspicion {
  const graph = new Graph(python, matching);
  const { operations, returns } = python;
  const kernels = departedKernels(port, matching);
  const departed = operations.flatMap((one, i) =>
    graph.unmet(one) && !graph.metAgain(i) && reaches(python, graph, i, ends) ? [i] : [],
  );
  const first = departed.filter((i) => graph.ready(operations[i] as Operation));
  if (first.length > 0) {
    const kernel = kernelFor(first, python, graph, matching, kernels);
    const ranked = rank(first, python, graph, matching, kernel);
    const others = departed.filter((i) => !ranked.includes(i));
    const moving = ranked.flatMap((i) => graph.movers(operations[i] as Operation));
    const before = ranked.flatMap((i) => graph.makers(operations[i] as Operation));
    const all = [...new Set([...ranked, ...others.slice(0, most), ...moving, ...before])];
    return { phase: "forward", operations: all, kernel };
  }
  const behind = backward(python, graph, matching, kernels);
  const last = operations.flatMap((one, i) => (otherwise.some((end) => makes(one, returns[end])) ? [i] : []));
  if (last.length === 0) return behind;
  // The port has all that Python computes, and goes on: a factor on the whole, say.
  const moving = last.flatMap((i) => graph.movers(operations[i] as Operation));
  const before = moving.concat(last).flatMap((i) => graph.makers(operations[i] as Operation));
  const all = [...new Set([...last, ...before, ...behind.operations])];
  return { phase: "forward", operations: all, kernel: kernels.at(-1) ?? null };
}

function makes({ outputs }: Operation, value: number | null | undefined): boolean {
  return typeof value === "number" && outputs.includes(value);
}

/** Whether a departure is seen in what the function gives and the port is judged by. */
function reaches({ operations, returns }: PythonTrace, graph: Graph, place: number, ends: readonly string[]): boolean {
  const given = ends.map((name) => returns[name]);
  const all = [place, ...graph.followers(place)];
  return all.some((i) => operations[i]?.outputs.some((value) => given.includes(value)));
}

function kernelFor(
  first: readonly number[],
  { operations }: PythonTrace,
  graph: Graph,
  { counterpart }: Matching,
  kernels: readonly Kernel[],
): Kernel | null {
  const starts = new Set(
    first.flatMap((i) => graph.sources(operations[i] as Operation)).map((v) => counterpart.get(v)),
  );
  return kernels.find(({ inputs, file }) => file !== "" && inputs.some((input) => starts.has(input))) ?? null;
}

/**
 * The port's kernel that departs where an operation of Python's does; backward that which computes the same forward.
 * @param ends the numbers of what the port gives.
 */
export function kernelAt(
  place: number,
  phase: Suspicion["phase"],
  python: PythonTrace,
  port: PortTrace,
  matching: Matching,
  ends: readonly number[],
): Kernel | null {
  if (phase === "backward") {
    const made = python.operations[place]?.outputs.map((output) => matching.counterpart.get(output)) ?? [];
    return port.kernels.find(({ file, outputs }) => file !== "" && outputs.some((one) => made.includes(one))) ?? null;
  }
  const graph = new Graph(python, matching);
  const kernels = departedKernels(port, matching);
  const operation = python.operations[place];
  if (operation === undefined) return null;
  const found = kernelFor([place], python, graph, matching, kernels);
  if (found !== null || !graph.startsMet(operation)) return found;
  const given = graph.sources(operation).flatMap((value) => matching.counterpart.get(value) ?? []);
  return lostKernel(port, matching, ends, given) ?? null;
}

/** Those first that start from what the port's kernel starts from; operations that compute before those that move. */
function rank(
  first: readonly number[],
  { operations }: PythonTrace,
  graph: Graph,
  { counterpart, python }: Matching,
  kernel: Kernel | null,
): number[] {
  const score = (i: number) => {
    const operation = operations[i] as Operation;
    const starts = graph.sources(operation).map((value) => counterpart.get(value));
    const shared = kernel?.inputs.filter((input) => starts.includes(input)).length ?? 0;
    const turned = operation.outputs.some((output) => python[output] === "shuffled") && graph.startsMet(operation);
    const computes = movesOnly(operation) ? 0 : 1;
    return (shared > 0 ? 2 : 0) + (turned ? 4 : computes) - (starts.length === 0 ? 4 : 0);
  };
  return first.toSorted((a, b) => score(b) - score(a) || a - b);
}

function backward(python: PythonTrace, graph: Graph, { gradients }: Matching, kernels: readonly Kernel[]): Suspicion {
  const lacking = [...gradients].filter(([, meeting]) => meeting === "unmet").map(([value]) => value);
  const last = Math.max(-1, ...lacking);
  const users = last < 0 ? [] : graph.usersOf(last);
  const cut = python.operations.flatMap(({ name }, i) => (name === "detach" || name === "no_grad" ? [i] : []));
  const makers = python.operations.flatMap(({ outputs }, i) => (outputs.includes(last) ? [i] : []));
  const rest = python.operations.map((_, i) => i).reverse();
  const suspected = [...new Set([...cut, ...users, ...makers, ...rest])].slice(0, 3 * most);
  return { phase: "backward", operations: suspected, kernel: kernels.find(({ file }) => file !== "") ?? null };
}
