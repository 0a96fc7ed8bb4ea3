import type * as Tf from "@tensorflow/tfjs-core";
import { AdsamError } from "../errors.ts";
import { elementCount, kindOf, type Tensor, tensor } from "../tensor.ts";
import { numbers } from "./numbers.ts";
import type { TfjsTensor } from "./tfjs-tensor.ts";

/**
 * A tensor in TensorFlow.js, which has bool, int32, float32 and complex64: real numbers are rounded, integers are not.
 * @throws AdsamError `usage` for integers beyond 32 bits.
 */
export function toTfjs(tf: typeof Tf, values: Tensor): Tf.Tensor {
  const shape = [...values.shape];
  switch (kindOf(values.dtype)) {
    case "bool":
      return tf.tensor(new Uint8Array(numbers(values)), shape, "bool");
    case "integer": {
      const beyond = values.data.find((value) => BigInt.asIntN(32, BigInt(value)) !== BigInt(value));
      if (beyond === undefined) return tf.tensor(new Int32Array(numbers(values)), shape, "int32");
      throw new AdsamError("usage", `expected integers of 32 bits, which TensorFlow.js has, got ${beyond}`);
    }
    case "real":
      return tf.tensor(new Float32Array(numbers(values)), shape, "float32");
    case "complex": {
      const parts = new Float32Array(numbers(values));
      const real = tf.tensor(
        parts.filter((_, i) => i % 2 === 0),
        shape,
      );
      const imaginary = tf.tensor(
        parts.filter((_, i) => i % 2 === 1),
        shape,
      );
      return tf.complex(real, imaginary);
    }
  }
}

/**
 * A copy of what is in TensorFlow.js, as it is.
 * @throws AdsamError `usage` that begins with `name` for a tensor of texts.
 */
export function fromTfjs(values: TfjsTensor, name: string): Tensor {
  const { shape, dtype } = values;
  // In vitest's vm pools the engine's arrays are of another realm's classes, and they may be longer than the tensor.
  const numbers = values.dataSync() as ArrayLike<number>;
  const count = elementCount(shape);
  switch (dtype) {
    case "complex64":
      return tensor(Float32Array.from(numbers).slice(0, 2 * count), shape, dtype);
    case "bool":
      return tensor(Uint8Array.from(numbers).slice(0, count), shape, dtype);
    case "int32":
      return tensor(Int32Array.from(numbers).slice(0, count), shape);
    case "float32":
      return tensor(Float32Array.from(numbers).slice(0, count), shape);
    default:
      throw new AdsamError("usage", `${name}: expected numbers or booleans, got a TensorFlow.js tensor of ${dtype}`);
  }
}
