import * as tf from "@tensorflow/tfjs-core";
import { named, type Tensors } from "../tensors.ts";

/** Dropout of one forward. */
export type Dropout = (x: tf.Tensor) => tf.Tensor;

/** Dropout by the masks that Python has drawn, one after another. */
export function dropoutBy(draws: Tensors, probability: number): Dropout {
  let next = 0;
  return (x) => {
    if (probability === 0 || x.size === 0) return x; // of nothing Python draws nothing
    const mask = named(draws, `dropout.${next}`);
    next += 1;
    return tf.div(tf.mul(x, mask), 1 - probability);
  };
}

/** x W^T + b, over the last axis. */
export function linear(x: tf.Tensor, weights: Tensors): tf.Tensor {
  const weight = named<tf.Tensor2D>(weights, "weight");
  const rows = tf.reshape<tf.Rank.R2>(x, [-1, weight.shape[1]]);
  const product = tf.matMul(rows, weight, false, true);
  const sum = "bias" in weights ? tf.add(product, named(weights, "bias")) : product;
  return tf.reshape(sum, [...x.shape.slice(0, -1), weight.shape[0]]);
}

/** To mean 0 and variance 1 over the last axis, and then scaled and shifted. */
export function layerNorm(x: tf.Tensor, weights: Tensors): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  const normal = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
  return tf.add(tf.mul(normal, named(weights, "weight")), named(weights, "bias"));
}
