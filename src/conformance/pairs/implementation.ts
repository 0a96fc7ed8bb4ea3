import type { Backend, Cancellable } from "../../backend.ts";
import type { NamedTensors } from "../../tensor.ts";
import type { BackendPair } from "./pair.ts";

/** One implementation, in one dtype. */
export interface Side {
  /** What messages call it. */
  readonly name: string;
  /** Answers for one set of inputs alone, and is asked for no other. */
  readonly once?: boolean | undefined;
  /** Takes denormal numbers for 0, as TensorFlow's kernels do. */
  readonly flushes?: boolean | undefined;
  compute(inputs: NamedTensors, options: Cancellable): Promise<NamedTensors>;
  /** The same while its kernels err as much as is known of them, in directions of that seed; absent where nothing is known. */
  erring?(inputs: NamedTensors, seed: number): Promise<NamedTensors>;
  /** The same while each of its kernels rounds to float32 up or down, by that seed; absent where nothing can tell. */
  rounding?(inputs: NamedTensors, seed: number): Promise<NamedTensors>;
}

/** The two implementations that are compared. */
export interface Parties {
  /** Computes in float32, and is judged. */
  readonly candidate: Backend;
  /** Computes in float64 too, which is what the other is judged by. */
  readonly reference: Backend;
}

/** A pair's side on a backend. */
export async function sideOf(pair: BackendPair, backend: Backend, dtype: "float32" | "float64"): Promise<Side> {
  const { backend: name } = await backend.info();
  return { name, compute: (inputs, options) => pair.compute(backend, inputs, { ...options, dtype }) };
}
