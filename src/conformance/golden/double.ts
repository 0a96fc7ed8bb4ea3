import type { Comparison } from "../comparison.ts";
import { absoluteError } from "../numbers.ts";

import type { Answers, Expectation, Value } from "./case.ts";

interface Rule {
  /** Largest relative error that passes. */
  readonly tolerance: number;
  /** The part of a tensor's size below which numbers are not held to their own relative error, see `compare`. */
  readonly floor: number;
}

/**
 * A number much smaller than its tensor is what cancellation left over, and its error is that of the numbers it came from:
 * hence the floors. They are measured, by replaying test/fixtures/golden with matrix products for other processors
 * (MKL_CBWR=COMPATIBLE). What forwards compute stays within 1e-14 of a tensor's size in layers and ResNet-20 and within
 * 1e-12 in VGG-16; 2e-12 passes. A backward through many layers amplifies rounding: digests of gradients move
 * by up to 3e-14 of the norm in ResNet-20, 1.5e-12 in a Bayesian and 3.2e-11 in a plain VGG-16; 1e-10 passes.
 */
const rules: Readonly<Record<Expectation["kind"], Rule>> = {
  numbers: { tolerance: 1e-9, floor: 2e-3 },
  digest: { tolerance: 1e-9, floor: 2e-3 },
  gradient: { tolerance: 1e-9, floor: 0.1 },
  // The record's own rounding takes up to 6e-8.
  float32: { tolerance: 1e-7, floor: 0 },
  exact: { tolerance: 0, floor: 0 },
};

/** What the numbers of a tensor are small or large against: of a digest the norm, otherwise the largest magnitude. */
export function size({ kind, values }: Expectation): number {
  const [, norm] = values;
  const digested = kind === "digest" || kind === "gradient";
  const counted = digested && Number.isFinite(norm) ? [norm] : values;
  return counted.reduce<number>((largest, b) => {
    return typeof b === "number" && Number.isFinite(b) ? Math.max(largest, Math.abs(b)) : largest;
  }, 0);
}

function failure(expectation: Expectation, message: string): Comparison {
  const { tensor, kind } = expectation;
  const { tolerance } = rules[kind];
  return { tensor, maxAbs: Infinity, maxRel: Infinity, tolerance, message: `${tensor}: ${message}` };
}

function errorOf(a: Value, b: Value): number {
  if (typeof a === "number" && typeof b === "number") return absoluteError(a, b);
  return a === b ? 0 : Infinity;
}

function relativeError(error: number, b: Value, smallest: number): number {
  if (error === 0 || error === Infinity || typeof b !== "number") return error;
  return error / Math.max(Math.abs(b), smallest);
}

function compareOne(expectation: Expectation, answer: ArrayLike<Value> | undefined): Comparison {
  const { tensor, kind, values } = expectation;
  if (answer === undefined) return failure(expectation, "expected, but the backend gave nothing of that name");
  if (answer.length !== values.length) {
    return failure(expectation, `expected ${values.length} values, got ${answer.length}`);
  }
  const { tolerance, floor } = rules[kind];
  const smallest = floor * size(expectation);
  let maxAbs = 0;
  let maxRel = 0;
  let worst = 0;
  values.forEach((b, i) => {
    if (b === null) return;
    const error = errorOf(answer[i] ?? null, b);
    const relative = relativeError(error, b, smallest);
    maxAbs = Math.max(maxAbs, error);
    if (relative > maxRel) {
      maxRel = relative;
      worst = i;
    }
  });
  if (maxRel <= tolerance) return { tensor, maxAbs, maxRel, tolerance };
  const place = values.length === 1 ? tensor : `${tensor}[${worst}]`;
  const distance =
    kind === "exact" ? "must be the same" : `relative error ${maxRel.toExponential(1)}, at most ${tolerance}`;
  const message = `${place}: expected ${values[worst]}, got ${answer[worst]} (${distance})`;
  return { tensor, maxAbs, maxRel, tolerance, message };
}

/**
 * Holds answers against a record, one comparison an expectation.
 *
 * The relative error of a against the expected b is |a - b| / max(|b|, floor * size), where size is the largest magnitude
 * among a tensor's numbers, or the norm in its digest, and floor depends on the kind. It may be 1e-9, and 1e-7 for
 * numbers stored as float32. Counts, names and flags must be the same.
 * What the record leaves out (null) is not compared; what the answers lack fails.
 */
export function compare(expectations: readonly Expectation[], answers: Answers): Comparison[] {
  return expectations.map((expectation) => compareOne(expectation, answers.get(expectation.tensor)));
}

/** What stands for all comparisons of a case that could not be replayed, for the reason given. */
export function unanswered(expectations: readonly Expectation[], reason: string): Comparison[] {
  return expectations.slice(0, 1).map((expectation) => ({ ...failure(expectation, ""), message: reason }));
}
