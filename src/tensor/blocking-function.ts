import type { NamedTensors, Tensor } from "../tensor.ts";

/** A function that is there at once, and its derivative: what `PythonObject.synchronous()` gives. */
export interface BlockingFunction {
  /** Its value. */
  call(...inputs: readonly Tensor[]): unknown;
  /** Its value, and v to v^T J there. */
  vjp(...inputs: readonly Tensor[]): BlockingPullback;
}

/** A function's value somewhere, and its derivative there. */
export interface BlockingPullback {
  /** What the function gave. */
  readonly value: unknown;
  /** v^T J of one cotangent for each tensor that came out: by the places of the inputs, and by the names of parameters. */
  pullback(...cotangents: readonly (Tensor | null)[]): Readonly<Record<"inputs" | "parameters", NamedTensors>>;
  /** Frees what it holds. */
  dispose(): void;
}
