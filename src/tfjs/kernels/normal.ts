import * as tf from "@tensorflow/tfjs-core";
import { normalNumbers, streamKey, uniformNumbers } from "../../random.ts";
import { elementCount } from "../../tensor.ts";
import { isNative, runRaw } from "./native.ts";

/**
 * Draw number `count` of the stream `key` from N(0, 1), float32: the same again for the same three arguments.
 * The two engines draw different numbers.
 */
export function statelessNormal(shape: readonly number[], key: number, count: number): tf.Tensor {
  if (!isNative()) {
    const number = normalNumbers(uniformNumbers(streamKey(count, `draw of ${key}`)));
    return tf.tensor(Float32Array.from({ length: elementCount(shape) }, number), [...shape]);
  }
  return tf.tidy(() =>
    runRaw("StatelessRandomNormal", { types: { dtype: "TF_FLOAT", T: "TF_INT32", Tseed: "TF_INT32" } }, [
      tf.tensor1d([...shape], "int32"),
      tf.tensor1d([key, count], "int32"),
    ]),
  );
}
