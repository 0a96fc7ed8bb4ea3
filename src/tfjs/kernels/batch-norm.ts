import * as tf from "@tensorflow/tfjs-core";
import type { Arithmetic, Numbers } from "./arithmetic.ts";
import { compute } from "./compute.ts";
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
      const { value, centred, inverse, mean, unbiased } = normalized({ x, scale, shift }, eps, count);
      observe?.(mean, unbiased);
      return { value, saved: [centred, scale, inverse] as [tf.Tensor, tf.Tensor, tf.Tensor] };
    },
    (dy, [centred, scale, inverse]) => {
      const { dx, dscale, dshift } = gradients({ dy, centred, scale, inverse }, count);
      return [dx, dscale, dshift];
    },
  );
}

function normalized(inputs: Affine & { readonly x: tf.Tensor }, eps: number, count: number) {
  return compute(inputs, (a, { x, scale, shift }) => {
    const mean = a.channelMeans(x);
    const centred = a.subtract(x, mean);
    const variance = a.channelMeans(a.square(centred));
    const inverse = inverseDeviation(a, variance, eps);
    const value = a.add(a.multiply(centred, a.multiply(scale, inverse)), shift);
    return { value, centred, inverse, mean, unbiased: a.multiply(variance, a.number(count / (count - 1))) };
  });
}

/**
 * Of x, scale and shift. With c = x - mean and r = 1 / sqrt(variance + eps),
 * d loss / d x = scale r (dy - mean(dy) - c r^2 mean(dy c)).
 */
function gradients(inputs: Record<"dy" | "centred" | "scale" | "inverse", tf.Tensor>, count: number) {
  return compute(inputs, (a, { dy, centred, scale, inverse }) => {
    const direct = a.channelMeans(dy);
    const along = a.multiply(a.channelMeans(a.multiply(dy, centred)), inverse);
    const bent = a.subtract(dy, a.multiply(centred, a.multiply(along, inverse)));
    return {
      dx: a.multiply(a.subtract(bent, direct), a.multiply(scale, inverse)),
      dscale: a.multiply(along, a.number(count)),
      dshift: a.multiply(direct, a.number(count)),
    };
  });
}

function inverseDeviation<N extends Numbers>(arithmetic: Arithmetic<N>, variance: N, eps: number): N {
  return arithmetic.inverseRoot(arithmetic.add(variance, arithmetic.number(eps)));
}

/** The same by given values, which have no gradient: one product and one sum a number, as torch does it. */
export function normalizeBy(
  x: tf.Tensor,
  { scale, shift }: Affine,
  mean: tf.Tensor,
  variance: tf.Tensor,
  eps: number,
): tf.Tensor {
  const { inverse } = compute({ variance }, (a, { variance }) => ({ inverse: inverseDeviation(a, variance, eps) }));
  const factor = tf.mul(scale, inverse);
  return tf.add(tf.mul(x, factor), tf.sub(shift, tf.mul(mean, factor)));
}

/** `(1 - momentum) * kept + momentum * seen`, of running statistics. */
export function moved(kept: tf.Tensor, seen: tf.Tensor, momentum: number): tf.Tensor {
  const { next } = compute({ kept, seen }, (a, { kept, seen }) => ({
    next: a.add(a.multiply(kept, a.number(1 - momentum)), a.multiply(seen, a.number(momentum))),
  }));
  return next;
}
