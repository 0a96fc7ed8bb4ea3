import type { Cancellable } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import type { NamedTensors } from "../../tensor.ts";
import type { Comparison } from "../comparison.ts";
import { under } from "../named.ts";
import type { Side } from "../pairs/implementation.ts";
import { judgeFunctions } from "../pairs/judge.ts";
import { type CaseReport, judge } from "../reports/report.ts";
import type { ProveCase } from "./cases.ts";
import { argumentsWith, type Given, givenOf } from "./given.ts";
import type { CheckedProveOptions } from "./options.ts";
import { type Convention, callPort, type Port } from "./port-function.ts";
import { exactRun } from "./precision.ts";
import type { Precision, Ran, Subject } from "./python-subject.ts";

/** What is proved, and how. */
export interface Proof extends Pick<CheckedProveOptions, "differentiate" | "dtype" | "reductions"> {
  readonly suite: string;
  readonly backend: string;
  readonly subject: Subject;
  readonly port: Port;
  readonly convention: Convention;
}

/** The verdict on one set of arguments. */
export async function proveCase(
  proof: Proof,
  { id, inputs: values, edge }: ProveCase,
  options: Cancellable,
): Promise<CaseReport> {
  const { suite, backend, subject, reductions } = proof;
  const given = givenOf(values);
  const inputs = { ...given.tensors, ...givenOf({ state: subject.state }).tensors };
  const first = await orFailure(() => runPython(proof, given, inputs, "float32", null));
  if (first instanceof Failure) return refused(proof, { id, edge }, given, inputs, first);
  const draws = first.draws.map((draw) => draw.values);
  const python = (at: NamedTensors, precision: Precision) => runPython(proof, given, at, precision, draws);
  const { precision, truth, note } = await exactRun(proof.dtype, first, (wanted) => python(inputs, wanted));
  const changed = changedBy(first, inputs);
  const named = (ran: Ran): NamedTensors => ({
    ...ran.outputs,
    ...under("gradient.", ran.gradients),
    ...under(
      "state.",
      Object.fromEntries(changed.flatMap((name) => (ran.state[name] ? [[name, ran.state[name]]] : []))),
    ),
  });
  const side = (wanted: Precision, known: Ran): Side => {
    let once: Ran | undefined = known;
    return {
      name: "Python",
      compute: async (at) => {
        const ran = once !== undefined && at === inputs ? once : await python(at, wanted);
        if (ran === once) once = undefined;
        return named(ran);
      },
    };
  };
  const expected = {
    single: first.single,
    outputs: first.outputs,
    state: Object.fromEntries(changed.map((name) => [name, first.state[name]])) as NamedTensors,
  };
  const judged: Side = {
    name: "the port",
    compute: async (at) => {
      const request = { given, inputs: at, draws: first.draws, differentiate: proof.differentiate };
      return (await callPort(proof.port, proof.convention, request, expected)).named;
    },
  };
  const sides = { judged, single: side("float32", first), double: side(precision, truth) };
  const comparisons = await judgeFunctions(sides, inputs, (output) => reductions[output] ?? 1, options);
  return { ...judge({ suite, id }, backend, comparisons), ...(note === undefined ? {} : { note }), comparisons };
}

async function runPython(
  { subject, differentiate }: Proof,
  given: Given,
  inputs: NamedTensors,
  precision: Precision,
  draws: Parameters<Subject["run"]>[2]["draws"],
): Promise<Ran> {
  const state = Object.entries(inputs).flatMap(([name, value]) =>
    name.startsWith("state.") ? [[name.slice("state.".length), value] as const] : [],
  );
  return subject.run(argumentsWith(given, inputs), Object.fromEntries(state), { precision, differentiate, draws });
}

/** Arguments and state that are not what they were. */
function changedBy({ state }: Ran, inputs: NamedTensors): string[] {
  return Object.entries(state).flatMap(([name, now]) => {
    const before = inputs[`state.${name}`];
    const same =
      before !== undefined && String(before.shape) === String(now.shape) && String(before.data) === String(now.data);
    return same ? [] : [name];
  });
}

/** What a side threw that is its answer, and ends nothing. */
class Failure {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

async function orFailure<T>(work: () => Promise<T>): Promise<T | Failure> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AdsamError && error.code !== "python") throw error;
    return new Failure(error instanceof Error ? error.message : String(error));
  }
}

/** Where Python throws, the port must: on an edge otherwise nothing is said of it. */
async function refused(
  proof: Proof,
  { id, edge }: Pick<ProveCase, "id" | "edge">,
  given: Given,
  inputs: NamedTensors,
  { reason }: Failure,
): Promise<CaseReport> {
  const { suite, backend, port, convention } = proof;
  const message = `Python throws: ${reason}`;
  const request = { given, inputs, draws: [], differentiate: [] };
  const ours = await orFailure(() => callPort(port, convention, request, { single: true, outputs: {}, state: {} }));
  const named = { suite, id, backend };
  if (ours instanceof Failure) {
    const agreed: Comparison = { tensor: "throws", maxAbs: 0, maxRel: 0, tolerance: 0 };
    return { ...judge({ suite, id }, backend, [agreed]), note: `${message}; the port throws: ${ours.reason}` };
  }
  return edge === true
    ? { ...named, status: "unsupported", worst: null, message }
    : { ...named, status: "failed", worst: null, message: `${message}; the port does not` };
}
