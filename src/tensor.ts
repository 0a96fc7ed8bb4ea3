import { AdsamError } from "./errors.ts";

/** The typed array that holds each dtype. */
export interface DtypeArrays {
  /** 32-bit floating point. */
  float32: Float32Array;
  /** 64-bit floating point. */
  float64: Float64Array;
  /** 64-bit integers, signed. */
  int64: BigInt64Array;
  /** 8-bit integers, unsigned. */
  uint8: Uint8Array;
}
/** What the numbers of a tensor are. */
export type Dtype = keyof DtypeArrays;

/** Numbers in row-major order, with their shape. */
export type Tensor<D extends Dtype = Dtype> = {
  [K in D]: {
    /** What the numbers are. */
    readonly dtype: K;
    /** Its length along each axis. */
    readonly shape: readonly number[];
    /** As many numbers as the shape says, in row-major order. */
    readonly data: DtypeArrays[K];
  };
}[D];

/** Tensors by name. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Whether a value, of which no compiler knows anything, is a tensor: numbers of the dtype and as many as the shape holds. */
export function isTensor(value: unknown): value is Tensor {
  if (typeof value !== "object" || value === null) return false;
  const { dtype, shape, data }: { dtype?: unknown; shape?: unknown; data?: unknown } = value;
  return (
    Array.isArray(shape) &&
    shape.every((length) => Number.isSafeInteger(length) && length >= 0) &&
    isNumbers(data) &&
    elementCount(shape) === data.length &&
    tensor(data).dtype === dtype
  );
}

function isNumbers(data: unknown): data is DtypeArrays[Dtype] {
  return [Float32Array, Float64Array, BigInt64Array, Uint8Array].some((kind) => data instanceof kind);
}

/** The index along each axis of the number at `offset` in row-major order. */
export function indexOf(offset: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = offset;
  for (const length of shape.toReversed()) {
    index.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return index;
}

/**
 * A tensor of 32-bit floating point over `data` (not copied), shaped `shape`, or [data.length] without it.
 * @throws AdsamError `usage` when the shape does not hold as many numbers as `data`.
 */
export function tensor(data: Float32Array, shape?: readonly number[]): Tensor<"float32">;
/**
 * A tensor of 64-bit floating point over `data` (not copied), shaped `shape`, or [data.length] without it.
 * @throws AdsamError `usage` when the shape does not hold as many numbers as `data`.
 */
export function tensor(data: Float64Array, shape?: readonly number[]): Tensor<"float64">;
/**
 * A tensor of 64-bit integers over `data` (not copied), shaped `shape`, or [data.length] without it.
 * @throws AdsamError `usage` when the shape does not hold as many numbers as `data`.
 */
export function tensor(data: BigInt64Array, shape?: readonly number[]): Tensor<"int64">;
/**
 * A tensor of bytes, 0 to 255, over `data` (not copied), shaped `shape`, or [data.length] without it.
 * @throws AdsamError `usage` when the shape does not hold as many numbers as `data`.
 */
export function tensor(data: Uint8Array, shape?: readonly number[]): Tensor<"uint8">;
/**
 * A tensor over `data` (not copied), shaped `shape`, or [data.length] without it.
 * @throws AdsamError `usage` when the shape does not hold as many numbers as `data`.
 */
export function tensor(data: DtypeArrays[Dtype], shape?: readonly number[]): Tensor;
export function tensor(data: DtypeArrays[Dtype], shape: readonly number[] = [data.length]): Tensor {
  if (elementCount(shape) !== data.length) {
    throw new AdsamError(
      "usage",
      `a tensor of shape [${shape}] holds ${elementCount(shape)} numbers, got ${data.length}`,
    );
  }
  if (data instanceof Float32Array) return { dtype: "float32", shape, data };
  if (data instanceof Float64Array) return { dtype: "float64", shape, data };
  if (data instanceof BigInt64Array) return { dtype: "int64", shape, data };
  return { dtype: "uint8", shape, data };
}
