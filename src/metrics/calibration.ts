import { AdsamError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { confidences, hits } from "./scores.ts";

/** How far from an edge between bins a confidence still counts as the edge itself: far above rounding, far below a bin. */
const onEdge = 1e-9;

/**
 * Expected calibration error (C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, equation 3):
 * sum over bins of |B| / N * |accuracy(B) - confidence(B)|, where bin m of M holds the images whose confidence
 * (the probability of the predicted class) lies in ((m - 1) / M, m / M]. A confidence within 1e-9 of an edge m / M is on
 * it, in bin m: 1 / 5 belongs to bin 3 of 15 whichever way its last digit was rounded.
 * @param logProbabilities [N, C], as of `predictiveDistribution`.
 * @param labels [N], uint8 or int64.
 * @throws AdsamError `data` when the labels do not fit, `usage` when `bins` is not a positive integer.
 */
export function expectedCalibrationError(logProbabilities: Tensor<"float64">, labels: Tensor, bins = 15): number {
  requireBins(bins);
  const correct = hits(logProbabilities, labels);
  // |B| * |accuracy(B) - confidence(B)| = |sum over B of (hit - confidence)|
  const gaps = new Map<number, number>();
  for (const [image, confidence] of confidences(logProbabilities).entries()) {
    const bin = binOf(confidence, bins);
    gaps.set(bin, (gaps.get(bin) ?? 0) + Number(correct[image]) - confidence);
  }
  return [...gaps.values()].reduce((sum, gap) => sum + Math.abs(gap), 0) / correct.length;
}

/**
 * Expected calibration error over bins that hold as many images as each other, or one less (K. Nguyen and B. O'Connor, "Posterior
 * calibration and exploratory analysis for natural language processing models", EMNLP 2015, section 3): no bin is empty, and none
 * holds most of the images. Of equal confidences those that come first are binned first.
 * @param logProbabilities [N, C], as of `predictiveDistribution`.
 * @param labels [N], uint8 or int64.
 * @throws AdsamError `data` when the labels do not fit, `usage` when `bins` is not a positive integer.
 */
export function adaptiveCalibrationError(logProbabilities: Tensor<"float64">, labels: Tensor, bins = 15): number {
  requireBins(bins);
  const correct = hits(logProbabilities, labels);
  const found = confidences(logProbabilities);
  const ranks = found.map((confidence) => Math.round(confidence / onEdge)); // what differs by rounding is equal
  const order = [...found.keys()].sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0));
  const starts = Array.from({ length: bins + 1 }, (_, bin) => Math.ceil((bin * order.length) / bins));
  const gaps = starts.slice(1).map((end, bin) => {
    const images = order.slice(starts[bin], end);
    return Math.abs(images.reduce((sum, image) => sum + Number(correct[image]) - (found[image] ?? 0), 0));
  });
  return gaps.reduce((sum, gap) => sum + gap, 0) / order.length;
}

function requireBins(bins: number): void {
  if (!Number.isSafeInteger(bins) || bins < 1) throw new AdsamError("usage", `expected at least 1 bin, got ${bins}`);
}

function binOf(confidence: number, bins: number): number {
  const nearest = Math.round(confidence * bins);
  return Math.abs(confidence - nearest / bins) <= onEdge ? nearest : Math.ceil(confidence * bins);
}
