import * as tf from "@tensorflow/tfjs-core";
import { elbo as bound, crossEntropy, defaultBeta } from "adversarial-sampling/tfjs";

/** What a meter shows after values, each of so many images. */
export function averages(values: readonly number[], counts: readonly number[]) {
  const [sum, count] = values.reduce(
    ([total, n], value, i) => {
      const more = counts[i] ?? 0;
      return [total + value * more, n + more] as const;
    },
    [0, 0] as readonly [number, number],
  );
  return { val: values.at(-1) ?? 0, avg: sum / count, sum, count };
}

/** Percent of the targets that are among the k largest, for each k. */
export function accuracy(output: tf.Tensor2D, target: tf.Tensor1D, topk: readonly number[] = [1]): tf.Tensor[] {
  return topk.map((k) => {
    const { indices } = tf.topk(output, k);
    const hits = tf.equal(indices, tf.expandDims(target.toInt(), 1));
    return tf.div(tf.mul(100, tf.sum(tf.cast(hits, "float32"))), target.size);
  });
}

/** Weight of the KL divergence. */
export const beta = (_epoch: number, images: number): number => defaultBeta(images);

/** The ELBO loss of logits: CE + beta * KL. */
export function elbo(out: tf.Tensor2D, y: tf.Tensor1D, kl: tf.Scalar, weight: number): tf.Scalar {
  return bound(crossEntropy(out, y.toInt()), kl, weight);
}
