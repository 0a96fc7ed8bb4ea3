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
  const correct = hits(logProbabilities, labels);
  const found = reliability(confidences(logProbabilities), correct, bins);
  return found.reduce((sum, bin) => sum + bin.images * Math.abs(bin.accuracy - bin.confidence), 0) / correct.length;
}

/** Images that a network is about equally confident of. */
export interface ReliabilityBin {
  /** Their confidences lie above it. */
  readonly from: number;
  /** And not above it. */
  readonly to: number;
  /** How many there are; at least 1. */
  readonly images: number;
  /** The mean of their confidences. */
  readonly confidence: number;
  /** The part of them that is classified right. */
  readonly accuracy: number;
}

/**
 * A reliability diagram (Guo et al., figure 1): images by their confidence, over bins of equal width as
 * `expectedCalibrationError` has them. Bins without images are left out.
 * @param confidence of each image: the probability of the class that it is taken for.
 * @param correct whether each image was classified right.
 * @throws AdsamError `usage` when lengths differ, or `bins` is not a positive integer.
 */
export function reliability(
  confidence: ArrayLike<number>,
  correct: readonly boolean[],
  bins = 15,
): readonly ReliabilityBin[] {
  requireBins(bins);
  if (confidence.length !== correct.length) {
    throw new AdsamError(
      "usage",
      `expected a confidence for each image, got ${confidence.length} for ${correct.length}`,
    );
  }
  const sums = new Map<number, { images: number; confidence: number; hits: number }>();
  for (const [image, hit] of correct.entries()) {
    const value = confidence[image] ?? Number.NaN;
    const bin = binOf(value, bins);
    const sum = sums.get(bin) ?? { images: 0, confidence: 0, hits: 0 };
    sums.set(bin, { images: sum.images + 1, confidence: sum.confidence + value, hits: sum.hits + Number(hit) });
  }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([bin, sum]) => ({
      from: (bin - 1) / bins,
      to: bin / bins,
      images: sum.images,
      confidence: sum.confidence / sum.images,
      accuracy: sum.hits / sum.images,
    }));
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
