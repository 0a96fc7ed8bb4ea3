import type { Cancellable } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import { kindOf, type NamedTensors, type Tensor } from "../../tensor.ts";
import type { Comparison } from "../comparison.ts";
import { elementName, numbers } from "../numbers.ts";
import { perturbed } from "../perturb.ts";
import { type Distance, derive, measure, perturbations, ratio, untilAllPass } from "../tolerance.ts";
import { type Parties, type Side, sideOf } from "./implementation.ts";
import { prepareInputs } from "./inputs.ts";
import type { Pair, PairCase } from "./pair.ts";
import { checkDifferentiated } from "./schema.ts";
import { type Difference, structuralDifference, unrepeated } from "./structure.ts";

/** Errors that end the whole comparison; any other is an answer of the side that threw it. */
const fatal: ReadonlySet<string> = new Set(["cancelled", "closed", "crashed", "environment", "disk"]);

class SideFailure extends Error {
  readonly difference: Difference;

  constructor(difference: Difference) {
    super(difference.message);
    this.difference = difference;
  }
}

async function run(side: Side, inputs: NamedTensors, options: Cancellable): Promise<NamedTensors> {
  try {
    return await side.compute(inputs, options);
  } catch (cause) {
    if (cause instanceof AdsamError && fatal.has(cause.code)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SideFailure({ kind: "throws", tensor: "", message: `${side.name} throws: ${reason}` });
  }
}

async function runTwice(side: Side, inputs: NamedTensors, options: Cancellable): Promise<NamedTensors> {
  const first = await run(side, inputs, options);
  const difference = unrepeated(first, await run(side, inputs, options), side.name);
  if (difference !== undefined) throw new SideFailure(difference);
  return first;
}

/**
 * Compares one case of a pair, one comparison a tensor, by tolerances derived as `tolerance.ts` says. Each side runs
 * twice in float32 and must repeat itself; a side that throws, another shape or dtype, and numbers that are finite on one
 * side only are told apart by `kind`.
 * @throws AdsamError for bad inputs, and for what ends a backend.
 */
export async function judgePair(
  pair: Pair,
  one: PairCase,
  { candidate, reference }: Parties,
  options: Cancellable = {},
): Promise<Comparison[]> {
  const inputs = await prepareInputs(one, reference);
  if (!("compute" in pair)) checkDifferentiated(pair, Object.keys(inputs), pair.name);
  try {
    const judged = await sideOf(pair, candidate, "float32");
    const single = await sideOf(pair, reference, "float32");
    const double = await sideOf(pair, reference, "float64");
    const theirs = await runTwice(single, inputs, options);
    const ours = await runTwice(judged, inputs, options);
    const exact = await run(double, inputs, options);
    const shown = new Map(Object.keys(exact).map((name): [string, Distance[]] => [name, []]));
    note(shown, theirs, exact);
    const names = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])];
    const compareAll = () =>
      names.map((name) => {
        const tensors = { ours: ours[name], theirs: theirs[name], exact: exact[name] };
        const terms = one.reduction?.(name) ?? 1;
        return compareTensor(name, tensors, shown.get(name) ?? [], terms, [judged.name, single.name]);
      });
    return await untilAllPass(compareAll, async function* () {
      for (const seed of perturbations) {
        const moved = perturbed(inputs, seed);
        const there = await run(double, moved, options);
        note(shown, there, exact);
        yield;
        note(shown, await run(single, moved, options), there);
        yield;
      }
    });
  } catch (failure) {
    if (failure instanceof SideFailure) return [failed(failure.difference)];
    throw failure;
  }
}

function note(shown: Map<string, Distance[]>, outputs: NamedTensors, exact: NamedTensors): void {
  for (const [name, truth] of Object.entries(exact)) {
    const output = outputs[name];
    if (output?.shape.join() === truth.shape.join()) shown.get(name)?.push(measure(output, truth));
  }
}

function failed({ kind, tensor, message }: Difference): Comparison {
  return { tensor, maxAbs: Infinity, maxRel: Infinity, tolerance: 0, kind, message };
}

interface Tensors {
  readonly ours: Tensor | undefined;
  readonly theirs: Tensor | undefined;
  readonly exact: Tensor | undefined;
}

function compareTensor(
  name: string,
  { ours, theirs, exact }: Tensors,
  shown: readonly Distance[],
  reduction: number,
  [judged, other]: readonly [string, string],
): Comparison {
  if (ours === undefined || theirs === undefined || exact === undefined) {
    const lacking = ours === undefined ? judged : other;
    return failed({ kind: "missing", tensor: name, message: `${name}: ${lacking} gives no such tensor` });
  }
  const structural = structuralDifference(name, ours, theirs, [judged, other]);
  if (structural !== undefined) return failed(structural);
  const kind = kindOf(ours.dtype);
  const allowed = kind === "integer" || kind === "bool" ? { max: 0, norm: 0 } : derive(shown, reduction);
  const { maxAbs, worst, ...distance } = measure(ours, exact);
  const comparison = {
    tensor: name,
    maxAbs,
    maxRel: distance.max,
    tolerance: allowed.max,
    normRel: distance.norm,
    normTolerance: allowed.norm,
    ratio: ratio(distance, shown[0] ?? distance),
  };
  if (distance.max <= allowed.max && distance.norm <= allowed.norm) return comparison;
  const values = `${judged} gives ${valueAt(ours, worst)}, exact is ${valueAt(exact, worst)}`;
  const [error, tolerance, norm] =
    distance.max > allowed.max ? [distance.max, allowed.max, "largest"] : [distance.norm, allowed.norm, "Euclidean"];
  const message =
    `${elementName(name, ours, worst)}: ${values} ` +
    `(relative error ${error.toExponential(1)} in the ${norm} norm, at most ${tolerance.toExponential(1)}; ` +
    `${comparison.ratio.toPrecision(2)} times ${other}'s own in float32)`;
  return { ...comparison, kind: "numbers", message };
}

/** Integers with all their digits. */
function valueAt(values: Tensor, place: number): number | bigint | undefined {
  return kindOf(values.dtype) === "integer" ? values.data[place] : numbers(values)[place];
}
