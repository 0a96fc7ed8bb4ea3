import * as tf from "@tensorflow/tfjs-core";
import { channelMeans, perChannel } from "./channels.ts";
import { withGradient } from "./gradient.ts";

/** Scale and shift, [C] each. */
export interface Affine {
  readonly scale: tf.Tensor;
  readonly shift: tf.Tensor;
}

/** Told of the batch's mean and unbiased variance, [C] each, which live until it returns. */
export type Observer = (mean: tf.Tensor, variance: tf.Tensor) => void;

/**
 * (x - mean) / sqrt(variance + eps) * scale + shift, by the batch's own mean and (biased) variance of each channel,
 * with gradients for x, scale and shift through both (Ioffe & Szegedy, ICML 2015).
 *
 * Not TensorFlow's fused kernel: it adds up in float32, which took statistics and gradients up to 16 times as far from the
 * truth as torch's, and takes half as long again.
 * @param x [N, H, W, C], channels last, more than one value a channel.
 * @param observe learns the unbiased variance, over n - 1, as torch keeps it.
 */
export function normalizeByBatch(x: tf.Tensor, { scale, shift }: Affine, eps: number, observe?: Observer): tf.Tensor {
  const count = x.size / scale.size;
  return withGradient(
    [x, scale, shift],
    () => {
      const mean = channelMeans(x);
      const centred = perChannel(tf.sub, x, mean);
      const variance = channelMeans(tf.square(centred));
      observe?.(mean, tf.mul(variance, count / (count - 1)));
      const inverse = tf.rsqrt(tf.add(variance, eps));
      const value = perChannel(tf.add, perChannel(tf.mul, centred, tf.mul(scale, inverse)), shift);
      return { value, saved: [centred, scale, inverse] as [tf.Tensor, tf.Tensor, tf.Tensor] };
    },
    (dy, saved) => gradients(dy, saved, count),
  );
}

/**
 * Of x, scale and shift. With c = x - mean and r = 1 / sqrt(variance + eps),
 * d loss / d x = scale r (dy - mean(dy) - c r^2 mean(dy c)).
 */
function gradients(
  dy: tf.Tensor,
  [centred, scale, inverse]: readonly [tf.Tensor, tf.Tensor, tf.Tensor],
  count: number,
) {
  const direct = channelMeans(dy);
  const along = tf.mul(channelMeans(tf.mul(dy, centred)), inverse);
  const bent = tf.add(dy, perChannel(tf.mul, centred, tf.neg(tf.mul(along, inverse))));
  const dx = perChannel(tf.mul, perChannel(tf.sub, bent, direct), tf.mul(scale, inverse));
  return [dx, tf.mul(along, count), tf.mul(direct, count)];
}

/** The same by given values: one product and one sum a number, as torch does it. */
export function normalizeBy(
  x: tf.Tensor,
  { scale, shift }: Affine,
  mean: tf.Tensor,
  variance: tf.Tensor,
  eps: number,
): tf.Tensor {
  const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, eps)));
  return tf.add(tf.mul(x, factor), tf.sub(shift, tf.mul(mean, factor)));
}
