import * as tf from "@tensorflow/tfjs-core";
import type { Prediction } from "../backend.ts";
import { checkDivisors, checkNormalization, resolveNormalization } from "../data/normalization.ts";
import { AdsamError } from "../errors.ts";
import { isNetworkSpec, type ModelSpec } from "../schema/models.ts";
import type { PredictOptions } from "../schema/options.ts";
import type { Tensor } from "../tensor.ts";
import { batches, networkInput, pick, pixelsOf } from "./data.ts";
import type { Network } from "./models/network.ts";
import { noiseFrom } from "./noise.ts";
import { Pace } from "./pace.ts";
import { scoped } from "./passes.ts";
import { fromTf } from "./tensors.ts";

/** How the images become the network's input, and how the prediction is given up. */
export interface PredictSetting {
  /** Called before every forward; what it throws ends the prediction. */
  readonly check: () => void;
}

/**
 * Monte Carlo prediction in eval mode, batch by batch; each sample draws the weights afresh for each batch.
 * With weights "mean", and for plain networks, there is one sample.
 * @param images [N, 3, H, W]. Whole numbers are pixels, and are normalised as those that the model was trained on; floating
 *   point numbers are the network's input already. The option `normalization` says otherwise.
 * @throws AdsamError `data` when the images are no images, `usage` for pixels when neither the model nor the option knows a
 *   normalization.
 */
export async function predict(
  model: Network,
  images: Tensor,
  options: PredictOptions,
  { check }: PredictSetting,
): Promise<Prediction> {
  const pixels = pixelsOf(images);
  const normalization = resolveNormalization(model.normalization, images, options.normalization);
  checkNormalization(normalization);
  if (normalization !== null) checkDivisors(normalization);
  const sample = options.weights === "fresh" && model.bayesian;
  const noise = noiseFrom(options.noise, model.noise);
  const pace = new Pace();
  checkSize(sample ? options.samples : 1, pixels.shape[0] ?? 0, model.spec);
  const samples: tf.Tensor[][] = Array.from({ length: sample ? options.samples : 1 }, () => []);
  try {
    for (const indices of batches(pixels.shape[0] ?? 0, options.batch)) {
      const x = networkInput(pick(pixels, indices), normalization);
      const forward = () => model.inMode(false, () => model.forward(x, { sample }));
      try {
        for (const sampled of samples) {
          await pace.rest();
          check();
          sampled.push(tf.tidy(() => model.drawingFrom(noise, forward)));
        }
      } finally {
        x.dispose();
      }
    }
    return scoped(() => summary(tf.stack(samples.map((sampled) => tf.concat(sampled)))));
  } finally {
    tf.dispose(samples);
  }
}

/** 4 GiB of float32 numbers. */
const mostLogits = 2 ** 30;

function checkSize(samples: number, images: number, spec: ModelSpec): void {
  const classes = isNetworkSpec(spec) ? spec.classes : 1;
  if (samples * images * classes <= mostLogits) return;
  const got = `${samples} samples of ${images} images in ${classes} classes`;
  throw new AdsamError("usage", `expected up to ${mostLogits} logits, got ${got}`, {
    suggestion: "predict fewer images at a time, or draw fewer samples",
  });
}

/** Of logits [S, N, classes]: Ha and He, nats. */
function summary(logits: tf.Tensor): Prediction {
  const logProbabilities = tf.logSoftmax(logits);
  const probabilities = tf.exp(logProbabilities);
  // p log p tends to 0 with p, also where log p is -Infinity.
  const none = tf.zerosLike(probabilities);
  const terms = tf.where(tf.equal(probabilities, none), none, tf.mul(probabilities, logProbabilities));
  const entropy = tf.neg(tf.sum(terms, -1));
  const mean = tf.mean(entropy, 0);
  const spread = tf.mean(tf.abs(tf.sub(entropy, mean)), 0);
  return { logits: fromTf(logits), entropyMean: fromTf(mean), entropySpread: fromTf(spread) };
}
