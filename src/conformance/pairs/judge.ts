import type { Cancellable } from "../../backend.ts";
import { kindOf, type NamedTensors, type Tensor } from "../../tensor.ts";
import { type Comparison, failed } from "../comparison.ts";
import { elementName, numbers } from "../numbers.ts";
import { flushed, offEdge } from "../perturb.ts";
import { derive, excusableBy, measure, ratio, untilAllPass, withKernels } from "../tolerance.ts";
import { type Parties, type Side, sideOf } from "./implementation.ts";
import { prepareInputs } from "./inputs.ts";
import { type Answers, oneSided } from "./kinks.ts";
import type { BackendPair, PairCase } from "./pair.ts";
import { roundingRuns } from "./rounding-runs.ts";
import { run, runTwice, SideFailure } from "./run-side.ts";
import { isOffThroughout, note, type Shown, shownOf } from "./shown.ts";
import { structuralDifference } from "./structure.ts";

/** A larger tolerance than this is no rounding: a floor, a comparison or the like jumps between inputs one ulp apart. */
const jump = 2 ** -12;

/**
 * Compares one case of a pair, one comparison a tensor, by tolerances derived as `tolerance.ts` says. Each side runs
 * twice in float32 and must repeat itself; a side that throws, another shape or dtype, and numbers that are finite on one
 * side only are told apart by `kind`.
 * @throws AdsamError for bad inputs, and for what ends a backend.
 */
export async function judgePair(
  pair: BackendPair,
  one: PairCase,
  { candidate, reference }: Parties,
  options: Cancellable = {},
): Promise<Comparison[]> {
  const inputs = await prepareInputs(one, reference);
  const sides = {
    judged: await sideOf(pair, candidate, "float32"),
    single: await sideOf(pair, reference, "float32"),
    double: await sideOf(pair, reference, "float64"),
  };
  return judgeAt(sides, inputs, { reduction: one.reduction, elementwise: false }, options);
}

/** What is judged, and the implementation that it is judged by, in both precisions. */
export interface Sides {
  readonly judged: Side;
  readonly single: Side;
  readonly double: Side;
}

/**
 * The same of functions that are at hand, on inputs of float32. Each element is held to its own tolerance as well (`elements.ts`),
 * and where rounding decides on which side of a jump a tensor falls, the two must also agree on inputs off that edge. Of denormal
 * inputs, a side that takes them for 0 may give what is right for 0.
 */
export async function judgeFunctions(
  sides: Sides,
  inputs: NamedTensors,
  reduction: PairCase["reduction"],
  options: Cancellable = {},
): Promise<Comparison[]> {
  const comparisons = await judgeAround(sides, inputs, reduction, options);
  const zeroed = sides.judged.flushes && comparisons.some(isWrong) ? flushed(inputs) : undefined;
  if (zeroed === undefined) return comparisons;
  const { judged } = sides;
  const asGiven: Side = { ...judged, compute: (at, how) => judged.compute(at === zeroed ? inputs : at, how) };
  const found = await judgeAround({ ...sides, judged: asGiven }, zeroed, reduction, options);
  return found.some(isWrong) ? comparisons : found.map((each) => ({ ...each, flushed: true }));
}

const isWrong = ({ message }: Comparison): boolean => message !== undefined;

/** On these inputs, and beside an edge that they are at. */
async function judgeAround(
  sides: Sides,
  inputs: NamedTensors,
  reduction: PairCase["reduction"],
  options: Cancellable,
): Promise<Comparison[]> {
  const comparisons = await judgeHere(sides, inputs, reduction, options);
  const jumps = comparisons.some(({ tolerance }) => tolerance > jump);
  if (sides.judged.once || !jumps || comparisons.some(isWrong)) return comparisons;
  for (const inputsThere of offEdge(inputs, 1)) {
    const there = await judgeHere(sides, inputsThere, reduction, options);
    const apart = there.filter(isWrong);
    if (apart.length > 0) {
      return apart.map((each) => ({ ...each, message: `${each.message}; on inputs moved off the edge` }));
    }
  }
  return comparisons;
}

/** On these inputs, each element by its own tolerance; gradients at kinks by the derivatives of the side that was taken. */
async function judgeHere(
  sides: Sides,
  inputs: NamedTensors,
  reduction: PairCase["reduction"],
  options: Cancellable,
): Promise<Comparison[]> {
  let answers: Answers | undefined;
  const told = (given: Answers) => {
    answers = given;
  };
  const comparisons = await judgeAt(sides, inputs, { reduction, elementwise: true, told }, options);
  const failing = comparisons.filter(isWrong);
  const gradients = failing.every(({ kind, tensor }) => kind === "numbers" && tensor.startsWith("gradient."));
  if (failing.length === 0 || !gradients || sides.judged.once) return comparisons;
  const named = answers && (await oneSided(failing, answers, sides.double, inputs, options));
  return named === undefined ? comparisons : comparisons.map((one) => named[failing.indexOf(one)] ?? one);
}

interface How {
  readonly reduction: PairCase["reduction"];
  /** Whether each element is held to its own tolerance too. */
  readonly elementwise: boolean;
  /** Is given what was judged, and what it was judged by. */
  readonly told?: ((answers: Answers) => void) | undefined;
}

async function judgeAt(
  { judged, single, double }: Sides,
  inputs: NamedTensors,
  { reduction, elementwise, told }: How,
  options: Cancellable,
): Promise<Comparison[]> {
  try {
    const theirs = await runTwice(single, inputs, options);
    const ours = await runTwice(judged, inputs, options);
    const exact = await run(double, inputs, options);
    const shown = new Map(Object.entries(exact).map(([name, truth]) => [name, shownOf(truth, elementwise)]));
    note(shown, theirs, exact);
    const names = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])];
    const compare = (name: string, truth: Tensor | undefined) => {
      const tensors = { ours: ours[name], theirs: theirs[name], exact: truth };
      return compareTensor(name, tensors, shown.get(name), reduction?.(name) ?? 1, [judged.name, single.name]);
    };
    const compareAll = () => names.map((name) => compare(name, exact[name]));
    const isGross = () => names.some((name) => isOffThroughout(ours[name], shown.get(name)));
    told?.({ ours, exact, compare });
    const runs = roundingRuns({ judged, single, double, inputs, ours, exact, shown, elementwise }, options);
    return await untilAllPass(compareAll, runs, isGross);
  } catch (failure) {
    if (failure instanceof SideFailure) return [failed(failure.difference)];
    throw failure;
  }
}

interface Tensors {
  readonly ours: Tensor | undefined;
  readonly theirs: Tensor | undefined;
  readonly exact: Tensor | undefined;
}

function compareTensor(
  name: string,
  { ours, theirs, exact }: Tensors,
  shown: Shown | undefined,
  reduction: number,
  [judged, other]: readonly [string, string],
): Comparison {
  if (ours === undefined || theirs === undefined || exact === undefined || shown === undefined) {
    const lacking = ours === undefined ? judged : other;
    return failed({ kind: "missing", tensor: name, message: `${name}: ${lacking} gives no such tensor` });
  }
  const structural = structuralDifference(name, ours, theirs, [judged, other]);
  if (structural !== undefined) return failed(structural);
  const kind = kindOf(ours.dtype);
  const derived = kind === "integer" || kind === "bool" ? { max: 0, norm: 0 } : derive(shown.whole, reduction);
  const allowed = withKernels(derived, shown.erring);
  const { maxAbs, worst, ...distance } = measure(ours, exact);
  const comparison = {
    tensor: name,
    maxAbs,
    maxRel: distance.max,
    tolerance: allowed.max,
    normRel: distance.norm,
    normTolerance: allowed.norm,
    ratio: ratio(distance, shown.whole[0] ?? distance),
  };
  if (distance.max <= allowed.max && distance.norm <= allowed.norm) {
    const allowance = { reduction, excusable: excusableBy(derived).max };
    const hidden = shown.elements?.beyond(ours, allowance, numbers(exact));
    if (hidden === undefined) return comparison;
    const { place, error, allowed: most } = hidden;
    const message =
      `${elementName(name, ours, place)}: ${judged} gives ${valueAt(ours, place)}, exact is ${valueAt(exact, place)} ` +
      `(error ${error.toExponential(1)}, at most ${most.toExponential(1)} of this element; the tensor's larger ones hide it)`;
    return { ...comparison, kind: "numbers", message };
  }
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
