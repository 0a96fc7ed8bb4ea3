import type * as Tf from "@tensorflow/tfjs-core";
import { uniform } from "../random.ts";
import { roundoff } from "../tolerance.ts";
import { type KernelError, kernelErrors } from "./errors.ts";

/**
 * Runs what computes with TensorFlow.js while each number that a kernel of the table gives is as far off as the table has it: what
 * comes out shows what the computation makes of its kernels' errors, gradients included. Nothing else may compute meanwhile.
 * @param seed of the numbers' directions; 0 has all of them away from 0, since such errors go the same way for many inputs.
 */
export async function withErringKernels<T>(tf: typeof Tf, seed: number, run: () => Promise<T>): Promise<T> {
  const backend = tf.getBackend();
  const known = backend === "tensorflow" ? Object.entries(kernelErrors) : [];
  const kernels = known.flatMap(([name, error]) => {
    const kernel = tf.getKernel(name, backend);
    return kernel === undefined ? [] : [{ kernel, error }];
  });
  const draw = uniform(seed);
  const direction = () => (seed === 0 || draw() < 0.5 ? 1 : -1);
  for (const { kernel, error } of kernels) replace(tf, { ...kernel, kernelFunc: erring(tf, kernel, error, direction) });
  try {
    return await run();
  } finally {
    for (const { kernel } of kernels) replace(tf, kernel);
  }
}

function replace(tf: typeof Tf, kernel: Tf.KernelConfig): void {
  tf.unregisterKernel(kernel.kernelName, kernel.backendName); // otherwise the console is told of a kernel that is there twice
  tf.registerKernel(kernel);
}

type Given = Parameters<Tf.KernelFunc>[0];

function erring(
  tf: typeof Tf,
  { kernelFunc }: Tf.KernelConfig,
  { roundoffs, atLeast = 0, of }: KernelError,
  direction: () => number,
): Tf.KernelFunc {
  return (given) => {
    const result = kernelFunc(given);
    if (Array.isArray(result) || result.dtype !== "float32") return result;
    const values = read(given, result);
    const sizes = of === undefined ? values : sizesOfSums(tf, kernelFunc, given, values, of);
    const moved = Float32Array.from(values, (y, i) => {
      const size = Math.max(Math.abs(sizes[i] ?? 0), atLeast);
      return y + (y < 0 ? -1 : 1) * direction() * roundoffs * roundoff * size;
    });
    return tf.tensor(moved, result.shape, "float32");
  };
}

function read({ backend }: Given, { dataId }: Tf.TensorInfo): ArrayLike<number> & Iterable<number> {
  return (backend as Tf.KernelBackend).readSync(dataId) as Float32Array;
}

/** What the rounding of each sum is in parts of: its own size and that of its terms, and how many they are. */
function sizesOfSums(
  tf: typeof Tf,
  kernelFunc: Tf.KernelFunc,
  given: Given,
  values: ArrayLike<number> & Iterable<number>,
  of: "sum" | "mean",
): Float64Array {
  const { x } = given.inputs;
  if (x === undefined) throw new Error("expected the kernel to take x");
  const terms = read(given, x);
  const squares = tf.tensor(
    Float32Array.from(terms, (term) => term * term),
    x.shape,
    "float32",
  );
  const reduced = kernelFunc({ ...given, inputs: { x: squares } });
  const squared = Array.isArray(reduced) ? [] : read(given, reduced);
  const count = terms.length / (values.length || 1);
  return Float64Array.from(values, (y, i) => {
    const spread = (squared[i] ?? 0) / (of === "mean" ? count : 1);
    return Math.sqrt(count * (y * y + spread));
  });
}
