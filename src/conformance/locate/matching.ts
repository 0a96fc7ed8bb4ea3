import type { Kernel, PortTrace } from "./port-trace.ts";
import type { Operation, PythonTrace } from "./python-trace.ts";
import { agrees, sameOrder, tells, type Value } from "./value.ts";

/** What a value of Python's has in the port. */
export type Meeting =
  /** The same numbers, and their order is one that exchanging axes gives. */
  | "met"
  /** The same numbers in another order. */
  | "shuffled"
  /** The same few whole numbers, which may be chance. */
  | "perhaps"
  | "unmet";

/** Functions that move numbers, and whose output a port need not have. */
const moves = new Set(
  (
    "view reshape transpose permute expand contiguous squeeze unsqueeze flatten clone detach to float double type_as chunk " +
    "split unbind getitem swapaxes movedim T mT expand_as view_as broadcast_to cpu cuda select narrow repeat requires_grad " +
    "repeat_interleave unflatten stack type long int bool data half"
  ).split(" "),
);

/** How the values of the two sides belong together. */
export interface Matching {
  readonly python: readonly Meeting[];
  /** The place of a value of Python's among the port's; undefined for one that is not met. */
  readonly counterpart: ReadonlyMap<number, number>;
  /** Those of the port's that Python has. */
  readonly port: ReadonlySet<number>;
  /** Of gradients, by the numbers of the values that they are gradients of. */
  readonly gradients: ReadonlyMap<number, Meeting>;
}

/** Whether an operation only moves numbers. */
export function movesOnly({ name }: Operation): boolean {
  return moves.has(name);
}

/** Values by their size, in the order in which they came to be. */
class Shelf {
  readonly #bySize = new Map<string, number[]>();
  readonly #values: readonly Value[];

  constructor(values: readonly Value[]) {
    this.#values = values;
    for (const [i, value] of values.entries()) {
      const key = keyOf(value);
      const list = this.#bySize.get(key) ?? [];
      list.push(i);
      this.#bySize.set(key, list);
    }
  }

  /** Those that agree. */
  like(value: Value): number[] {
    return (this.#bySize.get(keyOf(value)) ?? []).filter((i) => {
      const other = this.#values[i];
      return other !== undefined && agrees(value, other);
    });
  }
}

const keyOf = ({ values, whole }: Value) => `${whole}${values.length}`;

/** Meets the values of Python's with those of the port. */
export function match(python: PythonTrace, port: PortTrace): Matching {
  const shelf = new Shelf(port.values);
  const counterpart = new Map<number, number>();
  const found = new Set<number>();
  const tapped = new Map(Object.entries(python.taps).map(([name, number]) => [number, port.taps[name]]));
  const meet = (value: Value, number: number | null): Meeting => {
    const tap = number === null ? undefined : tapped.get(number);
    const same = tap === undefined ? shelf.like(value) : shelf.like(value).filter((i) => i === tap);
    for (const i of same) found.add(i);
    const [first] = same;
    if (first === undefined) return "unmet";
    if (number !== null) counterpart.set(number, first);
    if (!tells(value)) return "perhaps";
    const kept = same.find((i) => sameOrder(value, port.values[i] ?? value));
    if (number !== null && kept !== undefined) counterpart.set(number, kept);
    return kept === undefined ? "shuffled" : "met";
  };
  const values = python.values.map(meet);
  const gradients = new Map([...python.gradients].map(([number, value]) => [number, meet(value, null)]));
  return { python: values, counterpart, port: found, gradients };
}

/**
 * The port's first kernel on the way to what it gives after which nothing is Python's: what is right and written in another way
 * meets it again.
 * @param ends the numbers of what the port gives.
 * @param given the numbers of what it starts from.
 */
export function lostKernel(
  { kernels, values }: PortTrace,
  { port: met }: Matching,
  ends: readonly number[],
  given: readonly number[],
): Kernel | undefined {
  const [leadsToEnd, leadsToPython] = [new Set(ends), new Set<number>()];
  const lost = kernels.toReversed().filter(({ inputs, outputs }) => {
    const isOf = (set: ReadonlySet<number>) => outputs.some((output) => set.has(output));
    const isPythons = isOf(leadsToPython) || outputs.some((output) => isTelling(values[output], met.has(output)));
    const isWanted = isOf(leadsToEnd);
    for (const input of inputs) {
      if (isPythons) leadsToPython.add(input);
      if (isWanted) leadsToEnd.add(input);
    }
    return isWanted && !isPythons;
  });
  const start = kernels.findLastIndex(({ outputs }) => outputs.some((output) => given.includes(output)));
  const later = new Set(kernels.slice(start + 1));
  return lost.findLast((kernel) => kernel.file !== "" && later.has(kernel) && !isPlumbing(kernel));
}

/** What TensorFlow.js makes and copies on the way to what is asked of it. */
export function isPlumbing({ name }: Kernel): boolean {
  return name === "Identity" || name === "tensor";
}

const isTelling = (value: Value | undefined, isMet: boolean) => isMet && value !== undefined && tells(value);

/** The port's kernels that departed: nothing of Python's is what they gave, though their inputs are Python's. */
export function departedKernels(port: PortTrace, { port: met }: Matching): Kernel[] {
  const own = new Set<number>();
  return port.kernels.filter(({ inputs, outputs, name }) => {
    if (name === "tensor" && inputs.length === 0) for (const output of outputs) own.add(output);
    const known = inputs.length > 0 && inputs.every((input) => met.has(input) || own.has(input));
    const given = inputs.some((input) => met.has(input));
    return known && given && outputs.every((output) => !met.has(output));
  });
}
