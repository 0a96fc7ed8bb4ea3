/** How far a kernel may be from the exact result. */
export interface KernelError {
  /** In roundoffs (2^-24) of the result. */
  readonly roundoffs: number;
  /** Results below this size are as far off as one of it: differences, such as exp(x) - 1. */
  readonly atLeast?: number;
  /** In roundoffs of sqrt(count * (result^2 + sum of term^2)) instead: sums, and means of as many terms. */
  readonly of?: "sum" | "mean";
}

/**
 * How far kernels of TensorFlow's CPU backend, by their names, are from the exact result. Most are Eigen's rational approximations,
 * where torch has more exact ones. Each is what was seen against float64 over the range of its inputs, rounded up by about a quarter
 * since processors differ; test/conformance/kernels/errors.test.ts measures them again. A kernel that is not here rounds as torch's.
 */
export const kernelErrors: Readonly<Record<string, KernelError>> = {
  Acos: { roundoffs: 6 },
  Acosh: { roundoffs: 3 },
  Asin: { roundoffs: 9.5 },
  Asinh: { roundoffs: 3 },
  Atan: { roundoffs: 5 },
  Atan2: { roundoffs: 4 },
  Atanh: { roundoffs: 3.2 },
  Cos: { roundoffs: 3.2 },
  Cosh: { roundoffs: 3.2 },
  Elu: { roundoffs: 1.4, atLeast: 1 },
  Erf: { roundoffs: 8.5 },
  Exp: { roundoffs: 2.5 },
  Expm1: { roundoffs: 6 },
  Log: { roundoffs: 4.7 },
  Log1p: { roundoffs: 5.5 },
  Mean: { roundoffs: 0.85, of: "mean" },
  Reciprocal: { roundoffs: 4.2 },
  Rsqrt: { roundoffs: 3.7 },
  Selu: { roundoffs: 3, atLeast: 1 },
  Sigmoid: { roundoffs: 4.2 },
  Sin: { roundoffs: 2.7 },
  Sinh: { roundoffs: 3.2 },
  Softmax: { roundoffs: 12 },
  Softplus: { roundoffs: 9.5 },
  Sum: { roundoffs: 0.85, of: "sum" },
  Tanh: { roundoffs: 8 },
};
