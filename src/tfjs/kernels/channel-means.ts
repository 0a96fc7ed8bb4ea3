import * as tf from "@tensorflow/tfjs-core";
import { inDouble } from "./double.ts";
import { isNative } from "./native.ts";

/** Mean and (biased) variance of each channel, [..., C] to [C] each; summed in float64 on the native engine, as in torch. */
export function channelMoments(x: tf.Tensor): { readonly mean: tf.Tensor; readonly variance: tf.Tensor } {
  const axes = x.rank - 1;
  if (!isNative()) return tf.moments(x, [...Array(axes).keys()]);
  const [mean, variance] = inDouble((scope) => {
    const values = scope.of(x);
    const centre = scope.mean(values, axes);
    return [centre, scope.mean(scope.combine("SquaredDifference", values, centre), axes)];
  });
  return { mean, variance };
}

/** Means over each channel of a, and of a * b; summed in float64. [..., C] to [C] each. The native engine only. */
export function channelProducts(a: tf.Tensor, b: tf.Tensor): { readonly mean: tf.Tensor; readonly product: tf.Tensor } {
  const axes = a.rank - 1;
  const [mean, product] = inDouble((scope) => {
    const values = scope.of(a);
    return [scope.mean(values, axes), scope.mean(scope.combine("Mul", values, scope.of(b)), axes)];
  });
  return { mean, product };
}
