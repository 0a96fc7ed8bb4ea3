import { AdsamError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { confidences, hits } from "./scores.ts";

/**
 * Expected calibration error (C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, equation 3):
 * sum over bins of |B| / N * |accuracy(B) - confidence(B)|, where bin m of M holds the images whose confidence
 * (the probability of the predicted class) lies in ((m - 1) / M, m / M].
 * @param logProbabilities [N, C], as of `predictiveDistribution`.
 * @param labels [N], uint8 or int64.
 * @throws AdsamError `data` when the labels do not fit, `usage` when `bins` is not a positive integer.
 */
export function expectedCalibrationError(logProbabilities: Tensor<"float64">, labels: Tensor, bins = 15): number {
  if (!Number.isSafeInteger(bins) || bins < 1) throw new AdsamError("usage", `expected at least 1 bin, got ${bins}`);
  const correct = hits(logProbabilities, labels);
  // |B| * |accuracy(B) - confidence(B)| = |sum over B of (hit - confidence)|
  const gaps = new Map<number, number>();
  for (const [image, confidence] of confidences(logProbabilities).entries()) {
    // A confidence that rounding took past 1 belongs to the last bin.
    const bin = Math.min(Math.ceil(confidence * bins), bins);
    gaps.set(bin, (gaps.get(bin) ?? 0) + Number(correct[image]) - confidence);
  }
  return [...gaps.values()].reduce((sum, gap) => sum + Math.abs(gap), 0) / correct.length;
}
