import { AdsamError } from "../errors.ts";
import { permutation, streamKey, uniformNumbers } from "../random.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { expectedCalibrationError } from "./calibration.ts";
import {
  type ConformalMethod,
  type ConformalQuality,
  calibrateSets,
  conformalQuality,
  conformalSets,
} from "./conformal.ts";
import { predictiveDistribution, type SampledLogits } from "./predictive.ts";
import { brierScore, negativeLogLikelihood } from "./scores.ts";
import { fitTemperature, withTemperature } from "./temperature.ts";

/** What a temperature changes. */
export interface ProbabilityScores {
  /** Negative log-likelihood of the mean probabilities, nats. */
  readonly nll: number;
  /** 0 to 2. */
  readonly brier: number;
  /** Expected calibration error, 0 to 1. */
  readonly ece: number;
}

/** What comes of calibrating on one half of the images, judged by the other half. */
export interface Calibrated {
  /** Images of the half that the temperature and the sets come from. */
  readonly fittedOn: number;
  /** Images of the half that all else is said of. */
  readonly judgedBy: number;
  /** See `fitTemperature`. */
  readonly temperature: number;
  /** As the logits are. */
  readonly before: ProbabilityScores;
  /** At the temperature. */
  readonly after: ProbabilityScores;
  /** What the sets were to cover, 0 to 1. */
  readonly coverageAsked: number;
  /** Sets of classes of the logits as they are, which the temperature plays no part in. */
  readonly sets: Readonly<Record<ConformalMethod, ConformalQuality>>;
}

/** How a prediction is calibrated. */
export interface CalibrateOptions {
  /** What sets of classes are to cover; 0.9 unless given. */
  readonly coverage?: number | undefined;
  /** Of the halves, and of what the sets draw; 0 unless given. */
  readonly seed?: number | undefined;
}

/**
 * Fits a temperature and conformal sets on one half of the images, drawn at random, and judges them by the other.
 * @param prediction its logits, [S, N, C], of images that were not trained on.
 * @param labels [N], uint8 or int64.
 * @throws AdsamError as `calibrateSets`.
 */
export function calibrated(
  { logits }: SampledLogits,
  labels: Tensor,
  { coverage = 0.9, seed = 0 }: CalibrateOptions = {},
): Calibrated {
  const count = logits.shape[1] ?? 0;
  if (labels.data.length !== count) {
    throw new AdsamError("data", `expected a label for each of ${count} images, got ${labels.data.length}`);
  }
  const order = permutation(count, uniformNumbers(streamKey(seed, "halves")));
  const half = Math.ceil(count / 2);
  const [fitted, judged] = [order.slice(0, half), order.slice(half)].map((images) => ({
    prediction: { logits: logitsOf(logits, images) },
    labels: labelsOf(labels, images),
  }));
  if (fitted === undefined || judged === undefined || judged.labels.data.length === 0) {
    throw new AdsamError("data", `expected at least 2 images to calibrate on and to judge by, got ${count}`);
  }
  const temperature = fitTemperature(fitted.prediction, fitted.labels);
  const setsOf = (method: ConformalMethod) => {
    const rule = calibrateSets(fitted.prediction, fitted.labels, { method, coverage, seed });
    return conformalQuality(conformalSets(judged.prediction, rule), judged.labels);
  };
  return {
    fittedOn: fitted.labels.data.length,
    judgedBy: judged.labels.data.length,
    temperature,
    before: scoresOf(judged.prediction, judged.labels),
    after: scoresOf(withTemperature(judged.prediction, temperature), judged.labels),
    coverageAsked: coverage,
    sets: { split: setsOf("split"), aps: setsOf("aps") },
  };
}

function scoresOf({ logits }: SampledLogits, labels: Tensor): ProbabilityScores {
  const { logProbabilities } = predictiveDistribution(logits);
  return {
    nll: negativeLogLikelihood(logProbabilities, labels),
    brier: brierScore(logProbabilities, labels),
    ece: expectedCalibrationError(logProbabilities, labels),
  };
}

function logitsOf({ data, shape: [samples = 0, all = 0, classes = 0] }: Tensor, images: readonly number[]): Tensor {
  const values = new Float64Array(samples * images.length * classes);
  for (let sample = 0; sample < samples; sample++) {
    for (const [place, image] of images.entries()) {
      const start = (sample * all + image) * classes;
      const row = Float64Array.from<number | bigint>(data.subarray(start, start + classes), Number);
      values.set(row, (sample * images.length + place) * classes);
    }
  }
  return tensor(values, [samples, images.length, classes]);
}

function labelsOf({ data }: Tensor, images: readonly number[]): Tensor {
  return tensor(BigInt64Array.from(images, (image) => BigInt(data[image] ?? -1)));
}
