import * as tf from "@tensorflow/tfjs-core";
import { type ModelSpecInput, modelSpec } from "../../src/schema/models.ts";
import { build } from "../../src/tfjs/models/build.ts";
import type { Network } from "../../src/tfjs/models/network.ts";
import { wave } from "../../src/wave.ts";

/** A small Bayesian network whose weights are not lost in noise. */
export const small = { kind: "resnet20", initLogSigma: -3 } as const satisfies ModelSpecInput;

export function network(changes: { readonly bayesian?: boolean; readonly seed?: number } = {}): Network {
  return build(modelSpec.parse({ ...small, ...changes }));
}

/** Images [count, 8, 8, 3] and labels by formula. The caller disposes of them. */
export function batch(count: number, k = 0): { x: tf.Tensor; y: tf.Tensor1D } {
  const x = tf.tensor(Float32Array.from(wave(1000 + k, count * 8 * 8 * 3)), [count, 8, 8, 3]);
  const y = tf.tensor1d(
    Array.from({ length: count }, (_, i) => (7 * i + 3 * k + 1) % 10),
    "int32",
  );
  return { x, y };
}
