import * as z from "zod";
import type { Backend, TorchBackend } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import { nearest, validate } from "../../validation.ts";
import type { ProveCase } from "../prove/cases.ts";
import { checkNames, conventionOf } from "../prove/convention.ts";
import { drawsOfPort } from "../prove/drawn-by-port.ts";
import { argumentsWith, givenOf } from "../prove/given.ts";
import { type ProveOptions, proveOptions } from "../prove/options.ts";
import { type LoadedPort, portOf } from "../prove/port-file.ts";
import { callPort, type PortRequest } from "../prove/port-function.ts";
import { changedBy } from "../prove/prove-case.ts";
import { openSubject, type PythonSubject } from "../prove/python-subject.ts";
import { Failure, orFailure } from "../prove/refused.ts";
import { casesFor } from "../prove/sources.ts";
import { follow } from "./follow.ts";
import type { PortBisection } from "./port-bisection.ts";
import { tracePort } from "./port-trace.ts";
import { Tracing } from "./python-trace.ts";

/** What is followed, and on what: as for `prove`. */
export interface BisectPortOptions extends Omit<ProveOptions, "dtype" | "repro" | "reductions" | "onCase"> {
  /** The case that is followed; unless told otherwise each in turn, apart from edges, until the port departs in one. */
  readonly case?: string | undefined;
}

const bisectOptions = z.looseObject({ case: z.string().min(1).optional() });

/**
 * Finds the line where a TensorFlow.js port parts from a Python function, in code that nobody has annotated: what the two compute
 * on the way is matched by its numbers, up to layout and rounding, forward and backward; then known kinds of fault are put into the
 * suspected operations, to see whether one gives the port's numbers.
 * @param candidate makes TensorFlow.js ready.
 * @throws AdsamError `usage` as `prove`, for a case that is not there, a port that runs no kernels of TensorFlow.js, and where Python
 *   throws in each case; and what the port throws.
 */
export async function bisectPort(
  candidate: Backend,
  reference: TorchBackend,
  options: BisectPortOptions,
): Promise<PortBisection> {
  const { case: wanted, ...rest } = validate(bisectOptions, options, "bisect");
  const { signal, ...checked } = validate(proveOptions, rest, "bisect");
  await candidate.info();
  const port = await portOf(checked.port);
  const subject = await openSubject(reference, checked);
  const tracing = await Tracing.of(reference, checked);
  const { cases } = await casesFor(checked, subject);
  let found: PortBisection | undefined;
  let reason = "no case can be made";
  for (const one of chosen(cases, wanted)) {
    if (signal?.aborted) throw new AdsamError("cancelled", "cancelled before a departure was found");
    checkNames(subject, Object.keys(one.inputs));
    const convention = conventionOf(checked, subject, Object.keys(one.inputs));
    const followed = await followCase({ ...checked, port, subject, tracing, convention }, one);
    await port.unchanged();
    if (followed instanceof Failure) {
      reason = followed.reason;
      continue;
    }
    found = { case: one.id, ...followed };
    if (found.departure !== null) break;
  }
  if (found !== undefined) return found;
  throw new AdsamError("usage", `expected a case that Python computes: ${reason}`);
}

/** Not the edges unless one is named: at a kink two that are right may part. */
function chosen(cases: readonly ProveCase[], wanted: string | undefined): readonly ProveCase[] {
  if (wanted === undefined) {
    const usual = cases.filter(({ edge }) => edge !== true);
    return usual.length > 0 ? usual : cases;
  }
  const found = cases.filter(({ id }) => id === wanted);
  if (found.length > 0) return found;
  const known = cases.map(({ id }) => id);
  throw new AdsamError("usage", `case: there is no ${wanted}: ${nearest(wanted, known)}`);
}

interface Following {
  readonly port: LoadedPort;
  readonly subject: PythonSubject;
  readonly tracing: Tracing;
  readonly convention: Parameters<typeof callPort>[1];
  readonly differentiate: readonly string[];
  readonly draws: "python" | "port";
}

/** What following one case gave, or why Python refuses it. */
async function followCase(
  { port: { port }, subject, tracing, convention, differentiate, draws }: Following,
  one: ProveCase,
): Promise<Omit<PortBisection, "case"> | Failure> {
  const given = givenOf(one.inputs);
  const inputs = { ...given.tensors, ...givenOf({ state: subject.state }).tensors };
  const values = argumentsWith(given, inputs);
  const first = await orFailure(() =>
    subject.run(values, {}, { precision: "float32", differentiate: [...differentiate], draws: null }),
  );
  if (first instanceof Failure) return first;
  const changed = new Set(changedBy(first, inputs));
  const state = Object.fromEntries(Object.entries(first.state).filter(([name]) => changed.has(name)));
  const request: PortRequest = { given, inputs, draws: draws === "python" ? first.draws : [], differentiate };
  const expected = { single: first.single, outputs: first.outputs, state };
  const [answer, trace] = await tracePort(() => callPort(port, convention, request, expected));
  if (!trace.kernels.some(({ inputs: from }) => from.length > 0)) {
    throw new AdsamError(
      "usage",
      "expected a port that computes with TensorFlow.js, got one that runs no kernel of it",
      {
        suggestion: "what it computes otherwise cannot be followed: take it apart into functions, and prove each",
      },
    );
  }
  const drawn = draws === "python" ? first.draws.map((draw) => draw.values) : drawsOfPort(answer, first.draws);
  return follow(tracing, { subject, given: values, differentiate, draws: drawn }, { named: answer.named, trace });
}
