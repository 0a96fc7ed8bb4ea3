import * as tf from "@tensorflow/tfjs-core";
import type { Arithmetic, Formula } from "./arithmetic.ts";
import { isNative } from "./native.ts";
import { NativeArithmetic } from "./native-arithmetic.ts";

/** The formula's answer on the engine in use. No gradient is recorded. */
export function compute<In extends string, Out extends string>(
  inputs: Readonly<Record<In, tf.Tensor>>,
  formula: Formula<In, Out>,
): Record<Out, tf.Tensor> {
  if (isNative()) return NativeArithmetic.compute(inputs, formula);
  return tf.tidy(() => ({ ...formula(tensorArithmetic, inputs) }));
}

const tensorArithmetic: Arithmetic<tf.Tensor> = {
  number: (value) => tf.scalar(value),
  add: tf.add,
  subtract: tf.sub,
  multiply: tf.mul,
  square: tf.square,
  inverseRoot: tf.rsqrt,
  exp: tf.exp,
  channelMeans: (x) => tf.mean(x, [...Array(x.rank - 1).keys()]),
};
