import * as tf from "@tensorflow/tfjs-core";
import { type Context, type Tensors, under } from "../tensors.ts";
import { type Dropout, dropoutBy, linear } from "./layers.ts";

/** Several heads, each position of which sees those up to itself: x is [batch, length, width]. */
export function attend(x: tf.Tensor, weights: Tensors, heads: number, dropout: Dropout): tf.Tensor {
  const [batch = 0, length = 0, width = 0] = x.shape;
  const parts = tf.split(linear(x, under(weights, "c_attn.")), 3, -1);
  const [queries, keys, values] = parts.map((part) =>
    tf.transpose(tf.reshape(part, [batch, length, heads, width / heads]), [0, 2, 1, 3]),
  ) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const scores = tf.div(tf.matMul(queries, keys, false, true), Math.sqrt(width / heads));
  const seen = tf.linalg.bandPart(tf.ones([length, length]), -1, 0);
  const masked = tf.where(tf.equal(seen, 1), scores, Number.NEGATIVE_INFINITY);
  const mixed = tf.matMul(dropout(tf.softmax(masked)), values);
  const beside = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch, length, width]);
  return dropout(linear(beside, under(weights, "c_proj.")));
}

/** minGPT's `CausalSelfAttention.forward`, of two heads and with a dropout of 0.1. */
export function attention(x: tf.Tensor, { state, draws }: Context): tf.Tensor {
  return attend(x, state, 2, dropoutBy(draws, 0.1));
}
