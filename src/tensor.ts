import { AdsamError } from "./errors.ts";

/** The typed array that holds each dtype. */
export interface DtypeArrays {
  float32: Float32Array;
  float64: Float64Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
}
export type Dtype = keyof DtypeArrays;

/** Numbers in row-major order, with their shape. */
export type Tensor<D extends Dtype = Dtype> = {
  [K in D]: { readonly dtype: K; readonly shape: readonly number[]; readonly data: DtypeArrays[K] };
}[D];

export type NamedTensors = Readonly<Record<string, Tensor>>;

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
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
 * A tensor over `data` (not copied), shaped `shape`.
 * @throws AdsamError `usage` when the shape does not hold as many numbers as `data`.
 */
export function tensor(data: Float32Array, shape?: readonly number[]): Tensor<"float32">;
export function tensor(data: Float64Array, shape?: readonly number[]): Tensor<"float64">;
export function tensor(data: BigInt64Array, shape?: readonly number[]): Tensor<"int64">;
export function tensor(data: Uint8Array, shape?: readonly number[]): Tensor<"uint8">;
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
