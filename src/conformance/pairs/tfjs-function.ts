import type * as Tf from "@tensorflow/tfjs-core";
import { AdsamError } from "../../errors.ts";
import type { NamedTensors } from "../../tensor.ts";
import { wave } from "../../wave.ts";
import type { TfjsFunction } from "./pair.ts";
import { fromTfjs, toTfjs } from "./tfjs-tensor.ts";

/** Output i is projected on wave `firstDirection + i`, as `TorchBackend.call` does it. */
const firstDirection = 400;

type TfTensors = Record<string, Tf.Tensor>;

/**
 * Calls a TensorFlow.js function: `output.<i>` for each of its outputs and `gradient.<input>` for each input named, of
 * sum_i(output_i * wave(400 + i)). Numbers are float32; whole ones int32, given back as int64. No tensor is left behind.
 * A backend must have been opened that makes TensorFlow.js ready, such as tfjs.
 * @throws AdsamError `usage` when it gives no tensors; whatever the function throws.
 */
export async function callTfjs(
  call: TfjsFunction,
  inputs: NamedTensors,
  differentiate: readonly string[] = [],
): Promise<NamedTensors> {
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
    return tf.addN(
      listOf(tf, call({ ...inputs, ...replaced })).map((output, i) => {
        const direction = Float32Array.from(wave(firstDirection + i, output.size));
        return tf.sum(tf.mul(tf.cast(output, "float32"), tf.tensor(direction, output.shape)));
      }),
    );
  };
  return tf.grads(projected)(leaves);
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
