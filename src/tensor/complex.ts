import type { Tensor } from "../tensor.ts";

/** Complex numbers as pairs of their real and imaginary parts, along one more axis; other tensors as they are. */
export function toPairs(values: Tensor): Tensor {
  switch (values.dtype) {
    case "complex64":
      return { ...values, dtype: "float32", shape: [...values.shape, 2] };
    case "complex128":
      return { ...values, dtype: "float64", shape: [...values.shape, 2] };
    default:
      return values;
  }
}

/** Pairs of real and imaginary parts as the complex numbers that they are. */
export function fromPairs(pairs: Tensor<"float32"> | Tensor<"float64">): Tensor<"complex64"> | Tensor<"complex128"> {
  const shape = pairs.shape.slice(0, -1);
  return pairs.dtype === "float32" ? { ...pairs, dtype: "complex64", shape } : { ...pairs, dtype: "complex128", shape };
}
