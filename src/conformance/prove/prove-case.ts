import type { Cancellable } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import type { NamedTensors, Tensor } from "../../tensor.ts";
import { under } from "../named.ts";
import { numbers, sameNumbers } from "../numbers.ts";
import type { Side } from "../pairs/implementation.ts";
import { judgeFunctions } from "../pairs/judge.ts";
import { checkDifferentiated, checkReductions } from "../pairs/schema.ts";
import { type CaseReport, judge } from "../reports/report.ts";
import type { ProveCase } from "./cases.ts";
import { drawsOfPort } from "./drawn-by-port.ts";
import { argumentsWith, type Given, givenOf } from "./given.ts";
import { notesOf } from "./notes.ts";
import type { CheckedProveOptions } from "./options.ts";
import { type Convention, callPort, type Port, type PortAnswer } from "./port-function.ts";
import { exactRun } from "./precision.ts";
import type { Precision, Ran, RunOptions, Subject } from "./python-subject.ts";
import { Failure, orFailure, refused } from "./refused.ts";
import type { Failed } from "./reproduction.ts";

/** What is proved, and how. */
export interface Proof extends Pick<CheckedProveOptions, "draws" | "dtype"> {
  readonly differentiate: readonly string[];
  readonly suite: string;
  readonly backend: string;
  readonly subject: Subject;
  /** The port, or the same function on another Python. */
  readonly port: Port | Subject;
  readonly convention: Convention;
  /** How many terms each number of an output is summed from: of some by name, or of all. */
  readonly reductions: CheckedProveOptions["reductions"] | ((output: string) => number);
  /** What messages call the options. */
  readonly where: string;
}

/** A verdict, and what is left of a failure. */
export interface Verdict {
  readonly report: CaseReport;
  readonly failed?: Failed | undefined;
  /** Why a case that passed says nothing of the port: both sides refuse its arguments, or nothing finite comes of them. */
  readonly empty?: string | undefined;
  /** What was compared of a case that passed, but for what is NaN throughout. */
  readonly told?: readonly string[] | undefined;
}

/** The verdict on one set of arguments. */
export async function proveCase(proof: Proof, one: ProveCase, options: Cancellable): Promise<Verdict> {
  const given = givenOf(one.inputs);
  const inputs = { ...given.tensors, ...givenOf({ state: proof.subject.state }).tensors };
  checkDifferentiated(proof, Object.keys(inputs), proof.where);
  const start = { given, inputs };
  const first = await orFailure(() => runPython(proof.subject, proof, start, { precision: "float32", draws: null }));
  const seen: { python?: NamedTensors; port?: NamedTensors } = {};
  const { suite, backend, port, convention } = proof;
  const request = { given, inputs, draws: [], differentiate: [] };
  const askPort = () =>
    typeof port === "function"
      ? callPort(port, convention, request, { single: true, outputs: {}, state: {} })
      : runPython(port, proof, start, { precision: "float32", draws: null });
  const report =
    first instanceof Failure
      ? await refused({ suite, id: one.id, backend }, one.edge === true, first, askPort)
      : await compared(proof, one.id, { ...start, first }, seen, options);
  if (report.status === "passed") {
    if (first instanceof Failure) return { report, empty: report.note };
    const empty = holdsNumbers(seen.python) ? undefined : "Python gives nothing but NaN and infinity";
    return { report, empty, told: Object.entries(seen.python ?? {}).flatMap(namedUnlessNaN) };
  }
  if (report.status === "unsupported") return { report, empty: report.message };
  if (report.status !== "failed") return { report };
  return { report, failed: { id: one.id, message: report.message ?? "", given, python: seen.python, port: seen.port } };
}

function namedUnlessNaN([name, tensor]: readonly [string, Tensor]): string[] {
  const values = numbers(tensor);
  return values.length > 0 && values.every(Number.isNaN) ? [] : [name];
}

function holdsNumbers(tensors: NamedTensors = {}): boolean {
  return Object.values(tensors).some((tensor) => numbers(tensor).some(Number.isFinite));
}

interface Start {
  readonly given: Given;
  readonly inputs: NamedTensors;
  /** What Python gave first, from draws of its own. */
  readonly first: Ran;
}

async function compared(
  proof: Proof,
  id: string,
  { given, inputs, first }: Start,
  seen: { python?: NamedTensors; port?: NamedTensors },
  options: Cancellable,
): Promise<CaseReport> {
  const { suite, backend, subject, port, convention, differentiate, reductions } = proof;
  const changed = new Set(changedBy(first, inputs));
  const stateOf = (ran: Ran, at: NamedTensors) =>
    Object.fromEntries([...changed].flatMap((name) => withName(name, { ...at, ...ran.state })));
  const named = (ran: Ran, at: NamedTensors): NamedTensors => ({
    ...ran.outputs,
    ...under("gradient.", ran.gradients),
    ...under("state.", stateOf(ran, at)),
  });
  const ask = async (at: NamedTensors, erring?: number): Promise<PortAnswer> => {
    if (typeof port === "function") {
      const drawn = proof.draws === "python" ? first.draws : [];
      const expected = { single: first.single, outputs: first.outputs, state: stateOf(first, inputs) };
      return callPort(port, convention, { given, inputs: at, draws: drawn, differentiate, erring }, expected);
    }
    const drawn = first.draws.map(({ values }) => values);
    const how = { precision: "float32", draws: drawn } as const;
    return { named: named(await runPython(port, proof, { given, inputs: at }, how), at), draws: {} };
  };
  let opening: Promise<PortAnswer> | undefined = ask(inputs);
  for (const name of await handedBy(opening)) if (name in first.state || name in inputs) changed.add(name);
  const own = proof.draws === "port" ? await orFailure(() => opening ?? ask(inputs)) : undefined;
  const answered: PortAnswer | undefined = own instanceof Failure ? undefined : own;
  const draws = answered === undefined ? first.draws.map(({ values }) => values) : drawsOfPort(answered, first.draws);
  const python = (at: NamedTensors, precision: Precision, rounding?: number) =>
    runPython(subject, proof, { given, inputs: at }, { precision, draws, rounding });
  const single = answered === undefined ? first : await python(inputs, "float32");
  const { precision, truth, note } = await exactRun(proof.dtype, single, (wanted) => python(inputs, wanted));
  seen.python = named(truth, inputs);
  const terms = typeof reductions === "function" ? reductions : (output: string) => reductions[output] ?? 1;
  if (typeof reductions === "object") checkReductions(reductions, Object.keys(seen.python), proof.where);
  const judged: Side = {
    name: typeof port === "function" ? "the port" : backend,
    once: answered !== undefined,
    flushes: typeof port === "function" && convention.as === "tfjs",
    compute: async (at) => {
      const answer = answered ?? checked(await ((at === inputs ? opening : undefined) ?? ask(at)));
      opening = undefined; // asked again, the port has to repeat itself
      if (at === inputs) seen.port = answer.named;
      return answer.named;
    },
    erring: async (at, seed) => (answered ?? (await ask(at, seed))).named,
  };
  const side = (wanted: Precision, known: Ran): Side => {
    let once = true; // the first run was made already
    return {
      name: "Python",
      compute: async (at) => {
        if (at !== inputs || !once) return named(await python(at, wanted), at);
        once = false;
        return named(known, at);
      },
      rounding: async (at, seed) => named(await python(at, wanted, seed), at),
    };
  };
  const sides = { judged, single: side("float32", single), double: side(precision, truth) };
  const comparisons = await judgeFunctions(sides, inputs, terms, options);
  const said = notesOf({ precision: note, ordered: truth.ordered, comparisons, python: seen.python });
  const verdict = judge({ suite, id }, backend, comparisons);
  return { ...verdict, ...(said === undefined ? {} : { note: said }), comparisons };
}

/** The state that a port hands over: compared also where Python's numbers happen to stay as they were. None where it throws. */
async function handedBy(opening: Promise<PortAnswer>): Promise<string[]> {
  const answer = await opening.catch(() => undefined); // what is wrong with it is told where it is judged
  return Object.keys(answer?.named ?? {}).flatMap((name) => (name.startsWith("state.") ? [name.slice(6)] : []));
}

/** @throws AdsamError `usage` for a port that draws where Python's draws are to count. */
function checked(answer: PortAnswer): PortAnswer {
  const drawn = Object.keys(answer.draws);
  if (drawn.length === 0) return answer;
  throw new AdsamError("usage", `expected a port that takes Python's draws, got its own: ${drawn.join(", ")}`, {
    suggestion: 'say that the port draws: draws: "port"',
  });
}

function withName(name: string, tensors: NamedTensors): [string, Tensor][] {
  const found = tensors[name];
  return found === undefined ? [] : [[name, found]];
}

async function runPython(
  subject: Subject,
  { differentiate }: Proof,
  { given, inputs }: Omit<Start, "first">,
  how: Omit<RunOptions, "differentiate">,
): Promise<Ran> {
  const state = Object.entries(inputs).flatMap(([name, value]) =>
    name.startsWith("state.") ? [[name.slice("state.".length), value] as const] : [],
  );
  return subject.run(argumentsWith(given, inputs), Object.fromEntries(state), { ...how, differentiate });
}

/** Arguments and state that are not what they were. */
export function changedBy({ state }: Ran, inputs: NamedTensors): string[] {
  return Object.entries(state).flatMap(([name, now]) => {
    const before = inputs[`state.${name}`];
    const same = before !== undefined && String(before.shape) === String(now.shape) && sameNumbers(before, now);
    return same ? [] : [name];
  });
}
