import { classIndices } from "../data/labels.ts";
import type { Tensor } from "../tensor.ts";
import { expectedCalibrationError } from "./calibration.ts";
import { entropies, predictiveDistribution, type SampledLogits } from "./predictive.ts";
import { type RetentionPoint, retention } from "./retention.ts";
import { accuracy, brierScore, confidences, hits, likeliestClasses, mean, negativeLogLikelihood } from "./scores.ts";

/** Columns over the images, in their order. Entropies in nats. */
export interface ImageEvaluations {
  /** The class that it is of. */
  readonly label: readonly number[];
  /** The most probable class. */
  readonly predicted: readonly number[];
  /** Probability of the predicted class. */
  readonly confidence: readonly number[];
  /** Total uncertainty, nats. */
  readonly predictiveEntropy: readonly number[];
  /** Epistemic part of it, nats. */
  readonly mutualInformation: readonly number[];
}

/** How good and how certain a prediction is: plain numbers, ready for JSON. Entropies are means over images, in nats. */
export interface Evaluation {
  /** Number of images. */
  readonly images: number;
  /** Monte Carlo samples of the weights. */
  readonly samples: number;
  /** 0 to 1. */
  readonly accuracy: number;
  /** Negative log-likelihood of the mean probabilities, nats. */
  readonly nll: number;
  /** 0 to 2. */
  readonly brier: number;
  /** Expected calibration error, 0 to 1. */
  readonly ece: number;
  /** Total uncertainty: expected entropy + mutual information. */
  readonly predictiveEntropy: number;
  /** Aleatoric part. */
  readonly expectedEntropy: number;
  /** Epistemic part. Never below 0 but for rounding, which is left in. */
  readonly mutualInformation: number;
  /** Accuracy over the fraction kept, least predictive entropy first. */
  readonly retention: readonly RetentionPoint[];
  /** The same, image by image. */
  readonly perImage: ImageEvaluations;
}

/** How finely an evaluation divides. */
export interface EvaluationOptions {
  /** Of the expected calibration error. */
  readonly bins?: number | undefined;
  /** Points of the retention curve. */
  readonly retentionSteps?: number | undefined;
}

/**
 * Judges a prediction by its labels.
 * @param prediction its logits: [S, N, C].
 * @param labels [N], uint8 or int64.
 * @throws AdsamError `data` when shapes, labels or logits do not fit, `usage` for options out of range.
 */
export function evaluation(
  { logits }: SampledLogits,
  labels: Tensor,
  { bins, retentionSteps }: EvaluationOptions = {},
): Evaluation {
  const { samples, logProbabilities, expectedEntropy } = predictiveDistribution(logits);
  const predictiveEntropy = entropies(logProbabilities).data;
  const mutualInformation = predictiveEntropy.map(
    (total, image) => total - (expectedEntropy.data[image] ?? Number.NaN),
  );
  return {
    images: predictiveEntropy.length,
    samples,
    accuracy: accuracy(logProbabilities, labels),
    nll: negativeLogLikelihood(logProbabilities, labels),
    brier: brierScore(logProbabilities, labels),
    ece: expectedCalibrationError(logProbabilities, labels, bins),
    predictiveEntropy: mean(predictiveEntropy),
    expectedEntropy: mean(expectedEntropy.data),
    mutualInformation: mean(mutualInformation),
    retention: retention(predictiveEntropy, hits(logProbabilities, labels), retentionSteps),
    perImage: {
      label: classIndices(labels, logProbabilities.shape[1] ?? 0),
      predicted: likeliestClasses(logProbabilities),
      confidence: confidences(logProbabilities),
      predictiveEntropy: Array.from(predictiveEntropy),
      mutualInformation: Array.from(mutualInformation),
    },
  };
}
