import * as tf from "@tensorflow/tfjs-core";
import { outcome } from "adversarial-sampling";
import { type Context, named, type Tensors, under } from "../tensors.ts";
import { crossEntropy, logits } from "./gpt.ts";
import { type Dropout, dropoutBy } from "./layers.ts";

const [rate, decay, decay1, decay2, epsilon] = [0.01, 0.1, 0.9, 0.95, 1e-8];

/** The step of `program:Trainer`, whose dropout is 0.1, as it is proved. */
export function step(x: tf.Tensor, y: tf.Tensor, { state, draws }: Context) {
  const { loss, next } = take(x, y, state, dropoutBy(draws, 0.1));
  return outcome({ output: loss, state: next });
}

/** Loss, gradients no longer than 1 together, and AdamW: the state is parameters and moments, by Python's names. */
export function take(x: tf.Tensor, y: tf.Tensor, state: Tensors, dropout: Dropout) {
  const weights = under(state, "model.");
  const names = Object.keys(weights).filter((name) => !name.endsWith(".attn.bias")); // that is the mask
  const loss = (...values: tf.Tensor[]) => {
    const moved = Object.fromEntries(names.map((name, i) => [name, values[i] as tf.Tensor]));
    return crossEntropy(logits(x, moved, dropout), y);
  };
  const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => named(weights, name)));
  const length = tf.sqrt(tf.addN(grads.map((gradient) => tf.sum(tf.square(gradient)))));
  const scale = tf.minimum(1, tf.div(1, tf.add(length, 1e-6)));
  const moved = names.map((name, i) => adamW(state, name, tf.mul(grads[i] as tf.Tensor, scale)));
  return { loss: value, next: Object.assign({}, ...moved) as Tensors };
}

/** The state before the first step: parameters, and moments of 0. */
export function fresh(parameters: Tensors): Tensors {
  const parts = Object.entries(parameters).flatMap(([name, value]) => [
    [`model.${name}`, value],
    [`optimizer.model.${name}.exp_avg`, tf.zerosLike(value)],
    [`optimizer.model.${name}.exp_avg_sq`, tf.zerosLike(value)],
    [`optimizer.model.${name}.step`, tf.scalar(0)],
  ]);
  return Object.fromEntries(parts);
}

/** Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019: parameter and moments, as they are afterwards. */
function adamW(state: Tensors, name: string, gradient: tf.Tensor): Tensors {
  const [parameter, moments] = [`model.${name}`, `optimizer.model.${name}`];
  const count = tf.add(named(state, `${moments}.step`), 1);
  const mean = tf.add(tf.mul(decay1, named(state, `${moments}.exp_avg`)), tf.mul(1 - decay1, gradient));
  const square = tf.add(tf.mul(decay2, named(state, `${moments}.exp_avg_sq`)), tf.mul(1 - decay2, tf.square(gradient)));
  const unbiased = (moment: tf.Tensor, of: number) => tf.div(moment, tf.sub(1, tf.pow(of, count)));
  const direction = tf.div(unbiased(mean, decay1), tf.add(tf.sqrt(unbiased(square, decay2)), epsilon));
  const decayed = tf.mul(named(state, parameter), 1 - (decays(name) ? rate * decay : 0));
  return {
    [parameter]: tf.sub(decayed, tf.mul(rate, direction)),
    [`${moments}.exp_avg`]: mean,
    [`${moments}.exp_avg_sq`]: square,
    [`${moments}.step`]: count,
  };
}

/** Matrices that are multiplied with; embeddings, scales and shifts are not. */
const decays = (name: string) => /(c_attn|c_proj|c_fc|lm_head)\.weight$/.test(name);
