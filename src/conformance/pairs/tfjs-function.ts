import type * as Tf from "@tensorflow/tfjs-core";
import { wave } from "../../wave.ts";

/** Output i is projected on wave `firstDirection + i`, as `TorchBackend.call` does it. */
const firstDirection = 400;

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
