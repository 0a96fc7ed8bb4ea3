/** A tensor of TensorFlow.js, by what is read of it: who has torch alone needs no types of TensorFlow.js. */
export interface TfjsTensor {
  /** Its length along each axis. */
  readonly shape: readonly number[];
  /** What its numbers are, such as float32. */
  readonly dtype: string;
  /** Its numbers in row-major order, in a typed array. */
  dataSync(): unknown;
}

/** Whether a value, of which no compiler knows anything, is such a tensor. */
export function isTfjsTensor(value: unknown): value is TfjsTensor {
  return typeof value === "object" && value !== null && "dataSync" in value;
}
