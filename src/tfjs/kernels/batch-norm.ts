import * as tf from "@tensorflow/tfjs-core";
import { channelMoments, channelProducts } from "./channel-means.ts";
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

/**
 * The channels' sums are in float64, as torch's are, because float32 ones (TensorFlow's fused kernel in train mode) are up to
 * 16 times as far from the truth. What is done to each number is TensorFlow's fused kernel, told the statistics.
 */
function native(x: tf.Tensor, { scale, shift }: Affine, eps: number, observe?: Observer): tf.Tensor {
  return withGradient(
    [x, scale, shift],
    () => {
      const { mean, variance } = channelMoments(x);
      const count = x.size / mean.size;
      observe?.(mean, tf.mul(variance, count / (count - 1)));
      return {
        value: fused(x, scale, shift, mean, variance, eps),
        saved: [x, scale, mean, variance] as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor],
      };
    },
    (dy, [x, scale, mean, variance]) => gradient(dy, { x, scale, mean, variance }, eps),
  );
}

interface Kept {
  readonly x: tf.Tensor;
  readonly scale: tf.Tensor;
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
}

/** Of x, scale and shift: with z = (x - mean) r, r = 1 / sqrt(variance + eps),  dx = scale r (dy - mean(dy) - z mean(dy z)). */
function gradient(dy: tf.Tensor, { x, scale, mean, variance }: Kept, eps: number): tf.Tensor[] {
  const count = x.size / mean.size;
  const zeros = tf.zerosLike(mean);
  const z = fused(x, tf.onesLike(mean), zeros, mean, variance, eps);
  const { mean: direct, product } = channelProducts(dy, z);
  const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, eps)));
  const through = fused(
    z,
    tf.neg(tf.mul(product, factor)),
    tf.neg(tf.mul(direct, factor)),
    zeros,
    tf.onesLike(mean),
    0,
  );
  return [tf.add(tf.mul(dy, factor), through), tf.mul(product, count), tf.mul(direct, count)];
}

/** (x - mean) / sqrt(variance + eps) * scale + shift, in one pass. */
function fused(
  x: tf.Tensor,
  scale: tf.Tensor,
  shift: tf.Tensor,
  mean: tf.Tensor,
  variance: tf.Tensor,
  eps: number,
): tf.Tensor {
  const attributes = {
    types: { T: "TF_FLOAT", U: "TF_FLOAT" },
    floats: { epsilon: eps },
    strings: { data_format: "NHWC" },
    bools: { is_training: false },
  } as const;
  const [value] = runRaw("FusedBatchNormV3", attributes, [x, scale, shift, mean, variance], 6);
  if (value === undefined) throw new Error("FusedBatchNormV3 gave nothing");
  return value;
}

function composed(x: tf.Tensor, affine: Affine, eps: number, observe?: Observer): tf.Tensor {
  const { mean, variance } = channelMoments(x);
  const count = x.size / mean.size;
  observe?.(mean, tf.mul(variance, count / (count - 1)));
  const centred = tf.sub(x, mean);
  return tf.add(tf.mul(centred, tf.mul(affine.scale, tf.rsqrt(tf.add(variance, eps)))), affine.shift);
}
