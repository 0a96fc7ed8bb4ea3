import type * as Tf from "@tensorflow/tfjs-core";
import { AdsamError } from "../../errors.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { TfjsTensor } from "./pair.ts";

/** A tensor for TensorFlow.js: floats in float32, whole numbers in int32. */
export function toTfjs(tf: typeof Tf, { dtype, data, shape }: Tensor): Tf.Tensor {
  if (dtype === "float32" || dtype === "float64") return tf.tensor(Float32Array.from(data), [...shape], "float32");
  return tf.tensor(Int32Array.from<number | bigint>(data, Number), [...shape], "int32");
}

/**
 * The numbers of a TensorFlow.js tensor: float32, int32 as int64, bool as uint8. They are copied, as TensorFlow.js keeps its own.
 * @param what what errors call the tensor.
 * @throws AdsamError `usage` for complex numbers and texts.
 */
export function fromTfjs(value: TfjsTensor, what: string): Tensor {
  const { dtype, shape } = value;
  const numbers = () => value.dataSync() as ArrayLike<number>;
  switch (dtype) {
    case "float32":
      return tensor(Float32Array.from(numbers()), shape);
    case "int32":
      return tensor(BigInt64Array.from(numbers(), BigInt), shape);
    case "bool":
      return tensor(Uint8Array.from(numbers()), shape);
    default:
      throw new AdsamError("usage", `${what}: expected a tensor of float32, int32 or bool, got ${dtype}`);
  }
}
