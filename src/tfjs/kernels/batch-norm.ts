import * as tf from "@tensorflow/tfjs-core";
import { withGradient } from "./gradient.ts";
import { isNative, runRaw } from "./native.ts";

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
 * @param x [N, H, W, C], channels last, more than one value a channel.
 * @param observe learns the unbiased variance, over n - 1, as torch keeps it.
 */
export function normalizeByBatch(x: tf.Tensor, affine: Affine, eps: number, observe?: Observer): tf.Tensor {
  return isNative() ? native(x, affine, eps, observe) : composed(x, affine, eps, observe);
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

function native(x: tf.Tensor, { scale, shift }: Affine, eps: number, observe?: Observer): tf.Tensor {
  const attributes = {
    types: { T: "TF_FLOAT", U: "TF_FLOAT" },
    floats: { epsilon: eps },
    strings: { data_format: "NHWC" },
    bools: { is_training: true },
  } as const;
  return withGradient(
    [x, scale, shift],
    () => {
      const none = tf.tensor1d([]);
      // The kernel adds up one value after another in float32, torch in float64. Around a mean found in blocks, by
      // a matrix product, what it adds up is small; and x moved by a constant gives the same, forward and backward.
      const centre = channelMeans(x);
      const centred = tf.sub(x, centre);
      const outputs = runRaw("FusedBatchNormV3", attributes, [centred, scale, shift, none, none], 6);
      // Its variance is the unbiased one; what it normalises by is in the reserved outputs.
      const [value, mean, variance, ...reserved] = outputs as [tf.Tensor, tf.Tensor, tf.Tensor, ...tf.Tensor[]];
      observe?.(tf.add(centre, mean), variance);
      return { value, saved: [centred, scale, ...reserved] };
    },
    (dy, saved) => runRaw("FusedBatchNormGradV3", attributes, [dy, ...saved], 5).slice(0, 3),
  );
}

/** [..., C] to [C]. */
function channelMeans(x: tf.Tensor): tf.Tensor {
  const channels = x.shape.at(-1) ?? 1;
  const count = x.size / channels;
  return tf.reshape(tf.matMul(tf.fill([1, count], 1 / count), tf.reshape(x, [count, channels])), [channels]);
}

function composed(x: tf.Tensor, affine: Affine, eps: number, observe?: Observer): tf.Tensor {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const count = x.size / mean.size;
  observe?.(mean, tf.mul(variance, count / (count - 1)));
  const centred = tf.sub(x, mean);
  return tf.add(tf.mul(centred, tf.mul(affine.scale, tf.rsqrt(tf.add(variance, eps)))), affine.shift);
}
