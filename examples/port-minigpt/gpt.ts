import * as tf from "@tensorflow/tfjs-core";
import { named, type Tensors, under } from "../tensors.ts";
import { attend } from "./attention.ts";
import { gelu } from "./gelu.ts";
import { type Dropout, layerNorm, linear } from "./layers.ts";

const heads = 2;
const blocks = 2;

/** Tokens [batch, length] to logits of the next ones, [batch, length, digits]. */
export function logits(tokens: tf.Tensor, weights: Tensors, dropout: Dropout): tf.Tensor {
  const parts = under(weights, "transformer.");
  const positions = tf.range(0, tokens.shape[1] ?? 0, 1, "int32");
  const embedded = tf.add(
    tf.gather(named(parts, "wte.weight"), tokens.toInt()),
    tf.gather(named(parts, "wpe.weight"), positions),
  );
  let x = dropout(embedded);
  for (let i = 0; i < blocks; i++) x = block(x, under(parts, `h.${i}.`), dropout);
  return linear(layerNorm(x, under(parts, "ln_f.")), under(weights, "lm_head."));
}

function block(x: tf.Tensor, weights: Tensors, dropout: Dropout): tf.Tensor {
  const attended = attend(layerNorm(x, under(weights, "ln_1.")), under(weights, "attn."), heads, dropout);
  const y = tf.add(x, attended);
  const hidden = gelu(linear(layerNorm(y, under(weights, "ln_2.")), under(weights, "mlp.c_fc.")));
  return tf.add(y, dropout(linear(hidden, under(weights, "mlp.c_proj."))));
}

/** Mean cross-entropy over the targets that are asked for, in nats; -1 is none. */
export function crossEntropy(scores: tf.Tensor, targets: tf.Tensor): tf.Scalar {
  const chosen = tf.oneHot(targets.toInt(), scores.shape.at(-1) ?? 0, 1, 0, "float32"); // 0 throughout for -1
  const asked = tf.sum(chosen);
  return tf.neg(tf.div(tf.sum(tf.mul(chosen, tf.logSoftmax(scores))), asked));
}
