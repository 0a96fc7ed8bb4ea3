import type * as Tf from "@tensorflow/tfjs-core";
import { AdsamError } from "../../errors.ts";
import { numbers } from "../../tensor/numbers.ts";
import { elementCount, kindOf, type Tensor, tensor } from "../../tensor.ts";
import type { TfjsTensor } from "./pair.ts";

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
  const data: unknown = values.dataSync();
  const count = elementCount(shape); // the engine's own array may be longer
  if (dtype === "complex64" && data instanceof Float32Array) return tensor(data.slice(0, 2 * count), shape, dtype);
  if (dtype === "bool" && data instanceof Uint8Array) return tensor(data.slice(0, count), shape, dtype);
  if (data instanceof Float32Array || data instanceof Int32Array) return tensor(data.slice(0, count), shape);
  throw new AdsamError("usage", `${name}: expected numbers or booleans, got a TensorFlow.js tensor of ${dtype}`);
}
