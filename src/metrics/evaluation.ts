import { classIndices } from "../data/labels.ts";
import { AdsamError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { type Calibrated, type CalibrateOptions, calibrated } from "./calibrated.ts";
import { adaptiveCalibrationError, expectedCalibrationError } from "./calibration.ts";
import { type Detection, detection } from "./detection.ts";
import { entropies, predictiveDistribution, type SampledLogits } from "./predictive.ts";
import { type RetentionPoint, retention, retentionArea } from "./retention.ts";
import { accuracy, brierScore, confidences, hits, likeliestClasses, mean, negativeLogLikelihood } from "./scores.ts";

/** What an image's uncertainty may be: total, aleatoric, epistemic. */
export type UncertaintyName = "predictiveEntropy" | "expectedEntropy" | "mutualInformation";

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
  /** Aleatoric part of it, nats. */
  readonly expectedEntropy: readonly number[];
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
  /** The same over bins of as many images each, 0 to 1. */
  readonly adaptiveEce: number;
  /** Total uncertainty: expected entropy + mutual information. */
  readonly predictiveEntropy: number;
  /** Aleatoric part. */
  readonly expectedEntropy: number;
  /** Epistemic part. Never below 0 but for rounding, which is left in. */
  readonly mutualInformation: number;
  /** Accuracy over the fraction kept, least predictive entropy first. */
  readonly retention: readonly RetentionPoint[];
  /** Area under it: mean accuracy over all fractions kept. */
  readonly retentionArea: number;
  /** How well each uncertainty tells wrong answers from right ones; null where all are right, or all wrong. */
  readonly misclassification: Readonly<Record<UncertaintyName, Detection>> | null;
  /** What a temperature and conformal sets make of it; null unless that was asked for. */
  readonly calibrated: Calibrated | null;
  /** The same, image by image. */
  readonly perImage: ImageEvaluations;
}

/** How finely an evaluation divides. */
export interface EvaluationOptions {
  /** Of the expected calibration error. */
  readonly bins?: number | undefined;
  /** Points of the retention curve. */
  readonly retentionSteps?: number | undefined;
  /** See `calibrated`; it is left out unless this is given. */
  readonly calibrate?: CalibrateOptions | undefined;
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
  { bins, retentionSteps, calibrate }: EvaluationOptions = {},
): Evaluation {
  const { samples, logProbabilities, expectedEntropy } = predictiveDistribution(logits);
  const predictiveEntropy = entropies(logProbabilities).data;
  const mutualInformation = predictiveEntropy.map(
    (total, image) => total - (expectedEntropy.data[image] ?? Number.NaN),
  );
  const correct = hits(logProbabilities, labels);
  const wrong = correct.map((hit) => !hit);
  return {
    images: predictiveEntropy.length,
    samples,
    accuracy: accuracy(logProbabilities, labels),
    nll: negativeLogLikelihood(logProbabilities, labels),
    brier: brierScore(logProbabilities, labels),
    ece: expectedCalibrationError(logProbabilities, labels, bins),
    adaptiveEce: adaptiveCalibrationError(logProbabilities, labels, bins),
    predictiveEntropy: mean(predictiveEntropy),
    expectedEntropy: mean(expectedEntropy.data),
    mutualInformation: mean(mutualInformation),
    retention: retention(predictiveEntropy, correct, retentionSteps),
    retentionArea: retentionArea(predictiveEntropy, correct),
    misclassification: detections(
      { predictiveEntropy, expectedEntropy: expectedEntropy.data, mutualInformation },
      wrong,
    ),
    calibrated: calibrate === undefined ? null : calibrated({ logits }, labels, calibrate),
    perImage: {
      label: classIndices(labels, logProbabilities.shape[1] ?? 0),
      predicted: likeliestClasses(logProbabilities),
      confidence: confidences(logProbabilities),
      predictiveEntropy: Array.from(predictiveEntropy),
      expectedEntropy: Array.from(expectedEntropy.data),
      mutualInformation: Array.from(mutualInformation),
    },
  };
}

/**
 * How well each uncertainty tells images of another data set from those of the one that a model was trained on.
 * @param inside what the model makes of images of its own data set.
 * @param outside what it makes of the others; their labels, and whether it was right, play no part.
 * @throws AdsamError `usage` where there are no images on one side.
 */
export function outOfDistribution(
  inside: Evaluation,
  outside: Evaluation,
): Readonly<Record<UncertaintyName, Detection>> {
  const both = (name: UncertaintyName) => [...inside.perImage[name], ...outside.perImage[name]];
  const wanted = [...inside.perImage.label.map(() => false), ...outside.perImage.label.map(() => true)];
  const found = detections(
    {
      predictiveEntropy: both("predictiveEntropy"),
      expectedEntropy: both("expectedEntropy"),
      mutualInformation: both("mutualInformation"),
    },
    wanted,
  );
  if (found === null) throw new AdsamError("usage", "expected images of both data sets, got none of one");
  return found;
}

function detections(
  uncertainties: Readonly<Record<UncertaintyName, ArrayLike<number>>>,
  wanted: readonly boolean[],
): Readonly<Record<UncertaintyName, Detection>> | null {
  const found = Object.entries(uncertainties).map(([name, values]) => [name, detection(values, wanted)] as const);
  if (found.some(([, one]) => one === null)) return null;
  return Object.fromEntries(found) as Record<UncertaintyName, Detection>;
}
