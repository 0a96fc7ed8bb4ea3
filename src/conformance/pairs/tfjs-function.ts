import type * as Tf from "@tensorflow/tfjs-core";
import { AdsamError } from "../../errors.ts";
import { checkDifferentiable } from "../../interop/differentiable.ts";
import { fromTfjs, toTfjs } from "../../tensor/tfjs.ts";
import type { NamedTensors } from "../../tensor.ts";
import { wave } from "../../wave.ts";
import type { TfjsFunction } from "./pair.ts";

/** Output i is projected on wave `firstDirection + i`, as `TorchBackend.call` does it. */
const firstDirection = 400;

type TfTensors = Record<string, Tf.Tensor>;

/**
 * Calls a TensorFlow.js function: `output.<i>` for each of its outputs and `gradient.<input>` for each input named, of
 * sum_i(output_i * wave(400 + i)), zeros for one that the outputs do not depend on. Real numbers are float32, complex ones
 * complex64, integers int32. No tensor is left behind. A backend must have been opened that makes TensorFlow.js ready,
 * such as tfjs.
 * @throws AdsamError `usage` for names that cannot be differentiated and when it gives no tensors; whatever the function
 *   throws.
 */
export async function callTfjs(
  call: TfjsFunction,
  inputs: NamedTensors,
  differentiate: readonly string[] = [],
): Promise<NamedTensors> {
  checkDifferentiable(inputs, differentiate);
  const tf = await import("@tensorflow/tfjs-core");
  // A plain array out of tidy keeps its tensors; what else the function made is freed.
  const [outputs, gradients] = tf.tidy(() => {
    const given: TfTensors = {};
    for (const [name, values] of Object.entries(inputs)) given[name] = toTfjs(tf, values);
    const results = listOf(tf, call(given));
    return [results, differentiate.length === 0 ? [] : gradientsOf(tf, call, given, differentiate)] as const;
  }) as unknown as [Tf.Tensor[], Tf.Tensor[]];
  const named: [string, Tf.Tensor][] = [
    ...outputs.map((output, i): [string, Tf.Tensor] => [`output.${i}`, output]),
    ...gradients.map((gradient, i): [string, Tf.Tensor] => [`gradient.${differentiate[i]}`, gradient]),
  ];
  try {
    return Object.fromEntries(named.map(([name, value]) => [name, fromTfjs(value, name)]));
  } finally {
    tf.dispose(named.map(([, value]) => value));
  }
}

function gradientsOf(tf: typeof Tf, call: TfjsFunction, inputs: TfTensors, names: readonly string[]): Tf.Tensor[] {
  const leaves = names.flatMap((name) => inputs[name] ?? []);
  const projected = (...values: Tf.Tensor[]): Tf.Tensor => {
    const replaced = Object.fromEntries(names.map((name, i) => [name, values[i] ?? tf.scalar(0)]));
    return tf.addN([
      tf.scalar(0),
      ...listOf(tf, call({ ...inputs, ...replaced })).flatMap((one, i) => projection(tf, one, i)),
    ]);
  };
  return gradientsOfLoss(tf, () => projected(...leaves), leaves);
}

/** Gradients of a loss with respect to each leaf; zeros for one that it does not depend on. */
export function gradientsOfLoss(tf: typeof Tf, loss: () => Tf.Tensor, leaves: Tf.Tensor[]): Tf.Tensor[] {
  // The engine itself, because `tf.grads` refuses an input that the outputs do not depend on.
  const { grads } = tf.engine().gradients(loss, leaves, undefined, true);
  return leaves.map((leaf, i) => grads[i] ?? tf.zerosLike(leaf));
}

/**
 * Output i on wave 400 + i, of complex numbers both parts in turn; nothing of whole numbers, which have no gradient.
 * `adsam_bridge/outputs.py` does the same.
 */
export function projection(tf: typeof Tf, output: Tf.Tensor, i: number): Tf.Tensor[] {
  if (output.dtype !== "float32" && output.dtype !== "complex64") return [];
  const parts = output.dtype === "complex64" ? tf.stack([tf.real(output), tf.imag(output)], -1) : output;
  const direction = Float32Array.from(wave(firstDirection + i, parts.size));
  return [tf.sum(tf.mul(parts, tf.tensor(direction, parts.shape)))];
}

function listOf(tf: typeof Tf, result: unknown): Tf.Tensor[] {
  const list: readonly unknown[] = Array.isArray(result) ? result : [result];
  const tensors = list.filter((value): value is Tf.Tensor => value instanceof tf.Tensor);
  if (tensors.length === list.length) return tensors;
  throw new AdsamError(
    "usage",
    "expected the TensorFlow.js function to return a tensor or a list of them (not a promise)",
  );
}
