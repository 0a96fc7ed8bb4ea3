import type { Backend, Cancellable } from "../../backend.ts";

export type Value = number | string | boolean | null;

/** A record's number, or null where there is nothing to compare. */
export type Recorded = number | null;

/**
 * What a record says that a tensor, count or list of names is.
 * - `numbers`: a tensor's numbers in row-major order, or one number;
 * - `digest`: [sum, norm, projection] of a tensor;
 * - `gradient`: the digest of a gradient, or of a parameter that gradients have moved;
 * - `float32`: a number that the record has rounded to float32;
 * - `exact`: counts, names and flags, which must be the same.
 */
export interface Expectation {
  readonly tensor: string;
  readonly kind: "numbers" | "digest" | "gradient" | "float32" | "exact";
  readonly values: readonly Value[];
}

/** What a backend computed, under the names of the expectations. */
export type Answers = ReadonlyMap<string, ArrayLike<Value>>;

export interface ReplaySettings extends Cancellable {
  /** What the backend computes in; float64, as the records were made, unless told otherwise. */
  readonly dtype?: "float32" | "float64";
  /** Moves every parameter and input by one float32 ulp, with signs from this seed. */
  readonly perturbation?: number;
  /** Takes only the first steps of a trace. */
  readonly steps?: number;
}

/** One record made ready: what it expects, and how a backend is brought to answer. */
export interface GoldenCase {
  readonly suite: string;
  readonly id: string;
  readonly expectations: readonly Expectation[];
  replay(backend: Backend, options: ReplaySettings): Promise<Answers>;
}

/** The expectation of one tensor; none where the record has null or no such field. */
export function expected(
  kind: Expectation["kind"],
  tensor: string,
  values: readonly Value[] | Value | undefined,
): Expectation[] {
  if (values === null || values === undefined) return [];
  const list = typeof values === "object" ? values : [values];
  const comparable = list.length === 0 || list.some((value) => value !== null);
  return comparable ? [{ tensor, kind, values: list }] : [];
}

/** The expectations of named tensors, under `prefix.name`. */
export function expectedEach(
  kind: Expectation["kind"],
  prefix: string,
  tensors: Readonly<Record<string, readonly Value[] | null>> | null,
): Expectation[] {
  return Object.entries(tensors ?? {}).flatMap(([name, values]) => expected(kind, `${prefix}.${name}`, values));
}
