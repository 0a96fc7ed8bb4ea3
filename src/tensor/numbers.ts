import type { Tensor } from "../tensor.ts";
import { fromHalves } from "./halves.ts";

/**
 * A tensor's numbers as JavaScript has them, in row-major order: halves decoded, of complex numbers the real and the
 * imaginary part in turn. Integers beyond 2^53 are rounded.
 */
export function numbers(values: Tensor): Float64Array {
  switch (values.dtype) {
    case "float64":
    case "complex128":
      return values.data;
    case "float16":
    case "bfloat16":
      return new Float64Array(fromHalves(values.data, values.dtype));
    case "int64":
    case "uint64":
      return Float64Array.from<bigint>(values.data, Number);
    default:
      return new Float64Array(values.data); // several times as fast as Float64Array.from, which iterates
  }
}
