import * as tf from "@tensorflow/tfjs-core";
import { compute } from "./compute.ts";
import { withGradient } from "./gradient.ts";

/** e^x, elementwise, as exact as float32 can have it on the native engine; see `Arithmetic`. */
export function exp<T extends tf.Tensor>(x: T): T {
  const value = withGradient(
    [x],
    () => {
      const { value } = compute({ x }, (arithmetic, { x }) => ({ value: arithmetic.exp(x) }));
      return { value, saved: [value] as [tf.Tensor] };
    },
    (dy, [value]) => [tf.mul(dy, value)],
  );
  return value as T;
}
