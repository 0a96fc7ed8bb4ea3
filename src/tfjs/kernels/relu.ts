import * as tf from "@tensorflow/tfjs-core";
import { withGradient } from "./gradient.ts";
import { isNative, runRaw } from "./native.ts";

const float = { types: { T: "TF_FLOAT" } } as const;

/** max(x, 0), elementwise. On the native engine its gradient is one operation, not the many that tfjs makes of it. */
export function relu(x: tf.Tensor): tf.Tensor {
  if (!isNative()) return tf.relu(x);
  return withGradient(
    [x],
    () => {
      const value = runRaw("Relu", float, [x]);
      return { value, saved: [value] as [tf.Tensor] };
    },
    (dy, [value]) => [runRaw("ReluGrad", float, [dy, value])],
  );
}
