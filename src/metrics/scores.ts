import { classIndices } from "../data/labels.ts";
import { AdsamError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { predictiveDistribution, rowsOf, type SampledLogits } from "./predictive.ts";

/**
 * The class that each image is taken for: the most probable one, the first of equals.
 * @param prediction as `predict` gives it: its logits, [S, N, C].
 * @throws AdsamError `data` as `meanProbabilities`.
 */
export function predictedClasses({ logits }: SampledLogits): number[] {
  return likeliestClasses(predictiveDistribution(logits).logProbabilities);
}

/** The most probable class of each image (the first of equals), from log probabilities [N, C]. */
export function likeliestClasses(logProbabilities: Tensor<"float64">): number[] {
  return rowsOf(logProbabilities).map((row) =>
    row.reduce((best, value, index) => (value > at(row, best) ? index : best), 0),
  );
}

/** The probability of the most probable class of each image, from log probabilities [N, C]. */
export function confidences(logProbabilities: Tensor<"float64">): number[] {
  return rowsOf(logProbabilities).map((row) => Math.exp(Math.max(...row)));
}

/**
 * The part of the images whose most probable class is their label, 0 to 1.
 * @param logProbabilities [N, C], as of `predictiveDistribution`.
 * @param labels [N], uint8 or int64.
 * @throws AdsamError `data` when the labels do not fit.
 */
export function accuracy(logProbabilities: Tensor<"float64">, labels: Tensor): number {
  return mean(hits(logProbabilities, labels).map(Number));
}

/** Mean over images of -log p(label), nats. Arguments and errors as `accuracy`. */
export function negativeLogLikelihood(logProbabilities: Tensor<"float64">, labels: Tensor): number {
  const expected = fittingLabels(logProbabilities, labels);
  return mean(rowsOf(logProbabilities).map((row, image) => 0 - at(row, at(expected, image))));
}

/**
 * Mean over images of the sum over classes of (p(c) - [c is the label])^2, 0 to 2 (G. W. Brier, "Verification of
 * forecasts expressed in terms of probability", 1950). Arguments and errors as `accuracy`.
 */
export function brierScore(logProbabilities: Tensor<"float64">, labels: Tensor): number {
  const expected = fittingLabels(logProbabilities, labels);
  const scores = rowsOf(logProbabilities).map((row, image) =>
    row.reduce((sum, value, index) => sum + (Math.exp(value) - Number(index === expected[image])) ** 2, 0),
  );
  return mean(scores);
}

/** Whether each image's most probable class is its label. Arguments and errors as `accuracy`. */
export function hits(logProbabilities: Tensor<"float64">, labels: Tensor): boolean[] {
  const expected = fittingLabels(logProbabilities, labels);
  return likeliestClasses(logProbabilities).map((predicted, image) => predicted === expected[image]);
}

function fittingLabels({ shape: [images, classes = 0] }: Tensor<"float64">, labels: Tensor): number[] {
  const indices = classIndices(labels, classes);
  if (indices.length === images) return indices;
  throw new AdsamError("data", `expected a label for each of ${images} images, got ${indices.length}`);
}

/** NaN of nothing. */
export function mean(values: ArrayLike<number> & Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

const at = (values: ArrayLike<number>, index: number): number => values[index] ?? Number.NaN;
