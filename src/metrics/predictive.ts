import { AdsamError } from "../errors.ts";
import { type Tensor, tensor } from "../tensor.ts";

/** What is judged of a Monte Carlo prediction. */
export interface SampledLogits {
  /** Of each Monte Carlo sample: [S, N, classes]. */
  readonly logits: Tensor;
}

/** What S Monte Carlo samples of the logits say together about each of N images. */
export interface PredictiveDistribution {
  readonly samples: number;
  /** log p[n, c] with p = 1/S sum over samples of softmax(logits): [N, C]. */
  readonly logProbabilities: Tensor<"float64">;
  /** 1/S sum over samples of the softmax's entropy, nats, [N]: the aleatoric part of the predictive entropy. */
  readonly expectedEntropy: Tensor<"float64">;
}

/**
 * Averages the samples' softmax distributions. All is done on logarithms of what lies below the largest logit, which is
 * never added back: logits of any size neither overflow nor lose digits, nor turn a small probability into zero.
 * @param logits [S, N, C], float32 or float64. A class of -Infinity is ruled out: its probability is 0.
 * @throws AdsamError `data` for another shape or dtype, and for logits without a softmax: NaN, Infinity, or all of them
 *   -Infinity.
 */
export function predictiveDistribution(logits: Tensor): PredictiveDistribution {
  const { data, samples, images, classes } = requireLogits(logits);
  const logProbabilities = new Float64Array(images * classes);
  const expectedEntropy = new Float64Array(images);
  const ofImage = new Float64Array(classes * samples);
  for (let image = 0; image < images; image++) {
    let entropySum = 0;
    for (let sample = 0; sample < samples; sample++) {
      const start = (sample * images + image) * classes;
      const row = data.subarray(start, start + classes);
      const highest = largest(row);
      const logTotal = Math.log(sumOfExponentials(row, highest));
      if (!Number.isFinite(highest) || Number.isNaN(logTotal)) throw unusable(row, sample, image);
      for (let index = 0; index < classes; index++) {
        const logProbability = (row[index] ?? Number.NaN) - highest - logTotal;
        ofImage[index * samples + sample] = logProbability;
        entropySum += surprise(logProbability);
      }
    }
    for (let index = 0; index < classes; index++) {
      const ofClass = ofImage.subarray(index * samples, (index + 1) * samples);
      logProbabilities[image * classes + index] = logMeanExp(ofClass);
    }
    expectedEntropy[image] = entropySum / samples;
  }
  return {
    samples,
    logProbabilities: tensor(logProbabilities, [images, classes]),
    expectedEntropy: tensor(expectedEntropy),
  };
}

/**
 * The probability of each class of each image, [N, C]: the mean over the Monte Carlo samples of the softmax.
 * @param prediction as `predict` gives it: its logits, [S, N, C].
 * @throws AdsamError `data` for logits of another shape or dtype, and for those that have no softmax: NaN, Infinity, or
 *   -Infinity for every class.
 */
export function meanProbabilities({ logits }: SampledLogits): Tensor<"float64"> {
  const { data, shape } = predictiveDistribution(logits).logProbabilities;
  return tensor(data.map(Math.exp), shape);
}

/** The entropy of each row of log probabilities, nats: [N, C] to [N]. Of the predictive distribution: the predictive entropy. */
export function entropies(logProbabilities: Tensor<"float64">): Tensor<"float64"> {
  const totals = rowsOf(logProbabilities).map((row) => row.reduce((sum, value) => sum + surprise(value), 0));
  return tensor(Float64Array.from(totals));
}

/** Views of the rows of [N, C]. */
export function rowsOf({ data, shape: [rows = 0, columns = 0] }: Tensor<"float64">): Float64Array[] {
  return Array.from({ length: rows }, (_, row) => data.subarray(row * columns, (row + 1) * columns));
}

/** -p log p, which tends to 0 with p. */
function surprise(logProbability: number): number {
  return logProbability === Number.NEGATIVE_INFINITY ? 0 : -Math.exp(logProbability) * logProbability;
}

/** The logarithm of the mean of these logarithms' numbers; -Infinity when all of them are. */
function logMeanExp(logs: Float64Array): number {
  const highest = largest(logs);
  if (highest === Number.NEGATIVE_INFINITY) return highest;
  return highest + Math.log(sumOfExponentials(logs, highest) / logs.length);
}

/** -Infinity of nothing; NaN is passed over, and left to `sumOfExponentials`. */
function largest(values: Float32Array | Float64Array): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > highest) highest = value;
  return highest;
}

function sumOfExponentials(values: Float32Array | Float64Array, highest: number): number {
  let sum = 0;
  for (const value of values) sum += Math.exp(value - highest);
  return sum;
}

function requireLogits({ dtype, shape, data }: Tensor) {
  const [samples = 0, images = 0, classes = 0] = shape;
  if (shape.length !== 3 || data.length === 0) {
    throw new AdsamError("data", `logits: expected shape [samples, images, classes], none of them 0, got [${shape}]`);
  }
  if (data instanceof Float32Array || data instanceof Float64Array) return { data, samples, images, classes };
  throw new AdsamError("data", `logits: expected float32 or float64, got ${dtype}`);
}

function unusable(row: Float32Array | Float64Array, sample: number, image: number): AdsamError {
  const value = row.find((logit) => !Number.isFinite(logit));
  return new AdsamError("data", `logits: sample ${sample} of image ${image} holds ${value} and has no softmax`, {
    suggestion: "the training may have diverged: try a lower learning rate",
  });
}
