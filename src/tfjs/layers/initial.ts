import * as tf from "@tensorflow/tfjs-core";
import { normalNumbers } from "../../random.ts";

/** Where initial values come from: numbers from U[0, 1), one stream for a whole model. */
export type Uniform = () => number;

/** Fills with U(low, high); nothing to do where there is no such part. */
export function fillUniform(uniform: Uniform, variable: tf.Variable | null, low: number, high: number): void {
  fill(variable, () => low + (high - low) * uniform());
}

/** Fills weight, then bias with U(-1/sqrt(fanIn), 1/sqrt(fanIn)). */
export function fillByFanIn(
  uniform: Uniform,
  fanIn: number,
  { weight, bias }: { readonly weight: tf.Variable | null; readonly bias: tf.Variable | null },
): void {
  for (const variable of [weight, bias]) fillUniform(uniform, variable, -(fanIn ** -0.5), fanIn ** -0.5);
}

/** Fills with N(0, 2 / fanIn), fanIn = elements / shape[0] (He et al., ICCV 2015). */
export function fillKaimingNormal(uniform: Uniform, weight: tf.Variable | null): void {
  if (weight === null) return;
  const normal = normalNumbers(uniform);
  const deviation = Math.sqrt((2 * (weight.shape[0] ?? 1)) / weight.size);
  fill(weight, () => deviation * normal());
}

function fill(variable: tf.Variable | null, number: () => number): void {
  if (variable === null) return;
  const values = Float32Array.from({ length: variable.size }, number);
  tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
}
