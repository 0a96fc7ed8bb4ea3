import { elementCount, type NamedTensors, type Tensor } from "../../tensor.ts";
import { numbers } from "../numbers.ts";
import { chainsAround, kernelLine, operationLine } from "./chains.ts";
import { type Matching, match } from "./matching.ts";
import type { PortBisection, PortDeparture } from "./port-bisection.ts";
import type { PortTrace } from "./port-trace.ts";
import type { FollowedFunction, PythonTrace, Tracing } from "./python-trace.ts";
import { equals, snapshotOf, type Value } from "./value.ts";
import { kernelAt, suspicion } from "./verdict.ts";

/** How many operations without a counterpart are told. */
const mostUnmatched = 6;

/** What the port gave, by the names of what Python gives, and how it came to that. */
export interface FollowedPort {
  readonly named: NamedTensors;
  readonly trace: PortTrace;
}

/** Where the port parts from the function, given what it gave. */
export async function follow(
  tracing: Tracing,
  followed: FollowedFunction,
  { named, trace }: FollowedPort,
): Promise<Omit<PortBisection, "case">> {
  const python = await tracing.trace(followed);
  const matching = match(python, trace);
  const { operations } = python;
  const matched = operations.filter(({ outputs }) =>
    outputs.every((output) => matching.python[output] !== "unmet"),
  ).length;
  const otherwise = Object.keys(named).filter((name) => !same(python.ends.get(name), named[name] as Tensor));
  const departure =
    otherwise.length === 0 ? null : await departureOf(tracing, followed, python, { named, trace }, matching, otherwise);
  return { departure, matched, operations: operations.length };
}

async function departureOf(
  tracing: Tracing,
  followed: FollowedFunction,
  python: PythonTrace,
  { named, trace }: FollowedPort,
  matching: Matching,
  otherwise: readonly string[],
): Promise<PortDeparture> {
  const suspected = suspicion(python, trace, matching, Object.keys(named), otherwise);
  const fault = await tracing.explain(followed, suspected.operations, named);
  const place = fault?.operation ?? suspected.operations[0] ?? 0;
  const kernel = kernelAt(place, suspected.phase, python, trace, matching, endsOf(trace, named));
  const at = (i: number) => operationLine(python.operations[i] as PythonTrace["operations"][number]);
  const unmatched = fault === null && suspected.phase === "forward" ? suspected.operations : [];
  const inputs = python.operations[place]?.inputs ?? [];
  const before = python.operations.filter(({ outputs }) => outputs.some((value) => inputs.includes(value)));
  return {
    phase: suspected.phase,
    python: at(place),
    port: kernel && kernelLine(kernel),
    fault: fault && { kind: fault.kind, detail: fault.detail },
    unmatched: unmatched
      .slice(0, mostUnmatched)
      .filter((i) => i !== place)
      .map(at),
    before: before.map(operationLine),
    chains: chainsAround(place, kernel, python, trace, matching),
  };
}

/** The numbers of values that are what the port gives, apart from gradients. */
function endsOf({ values }: PortTrace, named: NamedTensors): number[] {
  return Object.entries(named).flatMap(([name, { data, shape }]) => {
    if (name.startsWith("gradient.")) return [];
    const given = snapshotOf(Float64Array.from(data, Number), shape);
    const last = values.findLastIndex((value) => equals(given, value));
    return last < 0 ? [] : [last];
  });
}

/** Whether they are the same number by number. */
function same(value: Value | undefined, { shape, ...one }: Tensor): boolean {
  if (value === undefined || elementCount(value.shape) !== elementCount(shape)) return false;
  return equals(value, snapshotOf(Float64Array.from(numbers({ shape, ...one } as Tensor)), shape));
}
