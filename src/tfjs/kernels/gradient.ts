import * as tf from "@tensorflow/tfjs-core";

interface Computed<Saved> {
  readonly value: tf.Tensor;
  /** What the gradient needs; kept until then. */
  readonly saved: Saved;
}

/**
 * `forward()`, with `backward` as its gradient: one tensor for each of `inputs`, shaped as it.
 * `tf.customGrad` with types; the operations inside are not recorded.
 */
export function withGradient<Saved extends tf.Tensor[]>(
  inputs: tf.Tensor[],
  forward: () => Computed<Saved>,
  backward: (dy: tf.Tensor, saved: Saved) => tf.Tensor[],
): tf.Tensor {
  const operation = tf.customGrad((...given) => {
    const save = given.at(-1);
    const { value, saved } = forward();
    if (typeof save === "function") save(saved);
    return { value, gradFunc: (dy, kept) => backward(dy, kept as Saved) };
  });
  return operation(...inputs);
}
