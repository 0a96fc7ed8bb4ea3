/** In what way two sides differ. */
export type DifferenceKind = "throws" | "missing" | "shape" | "dtype" | "nan" | "nondeterministic" | "numbers";

/** How far an answer is from what was expected of it. */
export interface Comparison {
  readonly tensor: string;
  /** Largest absolute error; infinite where the answer is missing or is not a number on one side only. */
  readonly maxAbs: number;
  /** Largest relative error, in the sense of `compare`. */
  readonly maxRel: number;
  readonly tolerance: number;
  /** Where the tolerance is derived (`tolerance.ts`): error and tolerance in the Euclidean norm too, ... */
  readonly normRel?: number;
  readonly normTolerance?: number;
  /** ... and the error in parts of the reference's own in float32. */
  readonly ratio?: number;
  /** In what way it failed, where sides were compared. */
  readonly kind?: DifferenceKind;
  /** Why it failed; absent when it passed. */
  readonly message?: string;
}
