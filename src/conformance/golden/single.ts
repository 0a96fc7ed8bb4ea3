import type { Backend, Cancellable } from "../../backend.ts";
import type { Comparison } from "../comparison.ts";
import { derive, perturbations, untilAllPass } from "../tolerance.ts";
import { answer } from "./answer.ts";
import type { Answers, Expectation, GoldenCase, Value } from "./case.ts";
import { compare, size } from "./double.ts";

/**
 * Holds a backend in float32 against a record, which was made in float64: all of it but what signs of gradients have decided.
 * Tolerances are derived as `tolerance.ts` says, with the record for torch in float64. Of adversarial steps the suite
 * "adversarial" of `conform --against` compares the rest, teacher-forced.
 */
export async function compareSingle(
  golden: GoldenCase,
  candidate: Backend,
  torch: Backend,
  options: Cancellable,
): Promise<Comparison[]> {
  // Of a trace only the first step is compared with a tolerance.
  const shorter = { ...options, steps: 1 };
  const expectations = golden.expectations.filter(({ afterSigns }) => !afterSigns);
  const shown: Shown = new Map();
  note(shown, expectations, await answer(golden, torch, { ...shorter, dtype: "float32" }));
  const answers = await answer(golden, candidate, { ...options, dtype: "float32" });
  const compareAll = () =>
    expectations.map((expectation) => compareOne(expectation, answers, shown.get(expectation.tensor) ?? []));
  const first = compareAll();
  // Other inputs can only add to a tolerance; of a large network each run takes longer than all of a layer's.
  if (first.every(({ message }) => message === undefined)) return first;
  const runs = async function* () {
    for (const perturbation of perturbations) {
      const there = await answer(golden, torch, { ...shorter, perturbation });
      note(shown, expectations, there);
      yield false;
      note(shown, expectations, await answer(golden, torch, { ...shorter, perturbation, dtype: "float32" }), there);
      yield false;
    }
  };
  return await untilAllPass(compareAll, runs());
}

/** By tensor: how far runs came out from where they should, in parts of the record's size. */
type Shown = Map<string, number[]>;

/** Notes how far answers are from the record, or from what the same inputs give in float64. */
function note(shown: Shown, expectations: readonly Expectation[], answers: Answers, exact?: Answers): void {
  for (const expectation of expectations) {
    const { tensor, values } = expectation;
    const truth = exact?.get(tensor) ?? values;
    const error = largestError(answers.get(tensor) ?? [], truth).error / (size(expectation) || 1);
    // What a run does not give at all shows nothing of rounding.
    if (Number.isFinite(error)) shown.set(tensor, [...(shown.get(tensor) ?? []), error]);
  }
}

function compareOne(expectation: Expectation, answers: Answers, shown: readonly number[]): Comparison {
  const { tensor, kind, values } = expectation;
  const answer = answers.get(tensor);
  if (kind === "exact" || answer?.length !== values.length) {
    return compare([expectation], answers)[0] ?? { tensor, maxAbs: Infinity, maxRel: Infinity, tolerance: 0 };
  }
  const scale = size(expectation) || 1;
  const tolerance = derive(
    shown.map((error) => ({ max: error, norm: error })),
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

function largestError(answer: ArrayLike<Value>, values: ArrayLike<Value>): { error: number; place: number } {
  let error = 0;
  let place = 0;
  for (const [i, expected] of Array.from(values).entries()) {
    if (typeof expected !== "number") continue;
    const difference = Math.abs(Number(answer[i] ?? Number.NaN) - expected);
    if (difference <= error) continue;
    error = Number.isNaN(difference) ? Infinity : difference;
    place = i;
  }
  return { error, place };
}
