/** In what way two sides differ. */
export type DifferenceKind = "throws" | "missing" | "shape" | "dtype" | "nan" | "nondeterministic" | "numbers";

/** Why two sides cannot be compared by numbers. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly tensor: string;
  readonly message: string;
}

/** A comparison that came to nothing. */
export function failed({ kind, tensor, message }: Difference): Comparison {
  return { tensor, maxAbs: Infinity, maxRel: Infinity, tolerance: 0, kind, message };
}

/** How far an answer is from what was expected of it. */
export interface Comparison {
  /** What is compared. */
  readonly tensor: string;
  /** Largest absolute error; infinite where the answer is missing or is not a number on one side only. */
  readonly maxAbs: number;
  /** Largest relative error, in the sense of `compare`. */
  readonly maxRel: number;
  /** What `maxRel` may be. */
  readonly tolerance: number;
  /** Where the tolerance is derived (`tolerance.ts`): error and tolerance in the Euclidean norm too, ... */
  readonly normRel?: number | undefined;
  /** What `normRel` may be. */
  readonly normTolerance?: number | undefined;
  /** ... and the error in parts of the reference's own in float32. */
  readonly ratio?: number | undefined;
  /** Elements that a kink decides, where the derivative of the side that was taken is torch's too. */
  readonly decided?: readonly string[] | undefined;
  /** Whether it is with what is right for the inputs with 0 in the place of their denormal numbers. */
  readonly flushed?: boolean | undefined;
  /** In what way it failed, where sides were compared. */
  readonly kind?: DifferenceKind | undefined;
  /** Why it failed; absent when it passed. */
  readonly message?: string | undefined;
}
