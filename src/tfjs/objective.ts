import * as tf from "@tensorflow/tfjs-core";
import { AdsamError } from "../errors.ts";

/** Mean over the batch of -log softmax(logits)[label], in nats: [N, classes] and [N] int32 to a scalar. */
export function crossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Scalar {
  const chosen = tf.oneHot(labels, logits.shape.at(-1) ?? 0, 1, 0, "float32");
  return tf.neg(tf.mean<tf.Scalar>(tf.sum(tf.mul(chosen, tf.logSoftmax(logits)), -1)));
}

/** The ELBO loss `CE + beta * KL`: the negative bound, for one batch. */
export function elbo(crossEntropy: tf.Scalar, kl: tf.Scalar, beta: number): tf.Scalar {
  return tf.add(crossEntropy, tf.mul(kl, beta));
}

/** Part of the batch that is classified right, 0 to 1. Waits for the engine. */
export function accuracy(logits: tf.Tensor, labels: tf.Tensor): number {
  const right = tf.tidy(() => tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), labels), "int32")));
  const [count = Number.NaN] = right.dataSync();
  right.dispose();
  return count / labels.size;
}

/** `1 / N / 100` for N training images; the 100 is the published constant, not the batch. */
export function defaultBeta(trainingSize: number): number {
  if (trainingSize < 1) throw new AdsamError("usage", `expected trainingSize >= 1, got ${trainingSize}`);
  return 1 / trainingSize / 100;
}
