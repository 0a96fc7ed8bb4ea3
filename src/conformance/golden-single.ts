import type { Backend, Cancellable } from "../backend.ts";
import { type Comparison, compare, size } from "./compare.ts";
import type { Answers, Expectation, GoldenCase, Value } from "./expectations.ts";
import { derive, untilAllPass } from "./tolerance.ts";

/** Of an adversarial trace, what no sign of a gradient has moved yet: see `comparable`. */
const beforeFirstSign =
  /^(eps_order|steps\.\d+\.(draws|forwards)|steps\.\d+\.forwards\.\d+\.fixed_noise|steps\.0\.forwards\.0\..+|steps\.0\.forwards\.\d+\.kl)$/;

/**
 * What a backend in float32 can be held to. Layers and models: everything. Adversarial traces: the draws, the structure
 * and the first step up to its first signed gradient. A gradient near 0 takes another sign by rounding alone and moves eps
 * by a whole step, so that what follows is another trajectory, in torch's float32 too; the suite "adversarial" of
 * `conform --against` compares it teacher-forced.
 */
function comparable({ suite, expectations }: GoldenCase): readonly Expectation[] {
  return suite === "adversarial" ? expectations.filter(({ tensor }) => beforeFirstSign.test(tensor)) : expectations;
}

/**
 * Replays a record, made in float64, on a backend that computes in float32. Tolerances are derived as `tolerance.ts` says:
 * from how far torch in float32, and torch in float64 from inputs one ulp away, are from the record.
 */
export async function compareSingle(
  golden: GoldenCase,
  candidate: Backend,
  torch: Backend,
  options: Cancellable,
): Promise<Comparison[]> {
  // Of a trace only the first step is compared with a tolerance.
  const shown = [await golden.replay(torch, { ...options, steps: 1, dtype: "float32" })];
  const answers = await golden.replay(candidate, { ...options, dtype: "float32" });
  const compareAll = () => comparable(golden).map((expectation) => compareOne(expectation, answers, shown));
  return await untilAllPass(compareAll, async (perturbation) => {
    shown.push(await golden.replay(torch, { ...options, steps: 1, perturbation }));
  });
}

function compareOne(expectation: Expectation, answers: Answers, shown: readonly Answers[]): Comparison {
  const { tensor, kind, values } = expectation;
  const answer = answers.get(tensor);
  if (kind === "exact" || answer?.length !== values.length) {
    return compare([expectation], answers)[0] ?? { tensor, maxAbs: Infinity, maxRel: Infinity, tolerance: 0 };
  }
  const scale = size(expectation) || 1;
  const errors = shown.map((each) => largestError(each.get(tensor) ?? [], values).error / scale);
  const tolerance = derive(
    errors.map((error) => ({ max: error, norm: error })),
    1,
  ).max;
  const { error: maxAbs, place } = largestError(answer, values);
  const comparison = { tensor, maxAbs, maxRel: maxAbs / scale, tolerance };
  if (comparison.maxRel <= tolerance) return comparison;
  const where = values.length === 1 ? tensor : `${tensor}[${place}]`;
  const distance = `relative error ${comparison.maxRel.toExponential(1)}, at most ${tolerance.toExponential(1)}`;
  const message = `${where}: expected ${values[place]}, got ${answer[place]} (${distance}, derived for float32)`;
  return { ...comparison, kind: "numbers", message };
}

function largestError(answer: ArrayLike<Value>, values: readonly Value[]): { error: number; place: number } {
  let error = 0;
  let place = 0;
  for (const [i, expected] of values.entries()) {
    if (typeof expected !== "number") continue;
    const difference = Math.abs(Number(answer[i] ?? Number.NaN) - expected);
    if (difference <= error) continue;
    error = Number.isNaN(difference) ? Infinity : difference;
    place = i;
  }
  return { error, place };
}
