import { normalNumbers, streamKey, uniformNumbers } from "../random.ts";

/** Numbers from U[0, 1) for inputs and orders of the cases; they depend on the seed alone. */
export function uniform(seed: number): () => number {
  return uniformNumbers(streamKey(seed, "conformance"));
}

/** n draws from N(0, 1). */
export function gaussian(seed: number, n: number): Float64Array {
  const next = normalNumbers(uniform(seed));
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) values[i] = next();
  return values;
}
