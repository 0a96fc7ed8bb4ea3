import * as tf from "@tensorflow/tfjs";
import { tap } from "../../../src/tap.ts";

type Inputs = Record<"x" | "w" | "y", tf.Tensor>;

/** `planted("eps")` is true where that fault is wanted. */
export type Planted = (fault: string) => boolean;

export function attend({ x, w }: Inputs, planted: Planted): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  const h = x.sub(mean).mul(variance.add(planted("eps") ? 1e-3 : 1e-5).rsqrt());
  const [q, k, v] = tf.split(tf.matMul(h, w), 3, -1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const scores = tf.matMul(q, k, false, true).div(Math.sqrt(planted("scale") ? 4 : 8));
  const kept = tf.linalg.bandPart(tf.ones([5, 5]), -1, planted("mask") ? 1 : 0);
  const masked = tf.where(kept.equal(0), -1e9, scores);
  const weights = planted("axis") ? tf.softmax(masked.transpose()).transpose() : tf.softmax(masked);
  const mixed = tf.matMul(weights, v, planted("transposed"));
  if (planted("activation")) return tf.relu(mixed);
  return mixed.mul(0.5).mul(tf.erf(mixed.div(Math.SQRT2)).add(1));
}

export function weighted({ x, y }: Inputs, planted: Planted): tf.Tensor {
  const constant = tf.customGrad((a) => ({
    value: (a as tf.Tensor).clone(),
    gradFunc: (dy) => tf.zerosLike(dy as tf.Tensor),
  }));
  const scale = constant(x.abs().mean());
  const centred = x.sub(x.mean(0)).div(scale);
  const fixed = planted("detach") ? y : constant(y);
  const far = centred.sub(fixed.mul(x.exp())).square();
  return planted("reduction") ? far.mean() : far.sum();
}

export function repeated({ x, w }: Inputs, planted: Planted): tf.Tensor {
  let state = x;
  for (let i = 0; i < 3; i++) {
    const next = tf.matMul(state, w, false, planted("third turn") && i === 2);
    state = tf.tanh(next);
  }
  return planted("whole") ? state.mul(2) : state;
}

export function tapped({ x }: Inputs, planted: Planted): tf.Tensor {
  const half = tap("half", x.mul(planted("half") ? 0.25 : 0.5));
  return half.exp().add(x);
}
