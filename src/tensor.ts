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

function dtypeOf(data: DtypeArrays[Dtype]): Dtype {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof BigInt64Array) return "int64";
  return "uint8";
}

/**
 * A tensor over `data` (not copied), shaped `shape`.
 * @throws AdsamError `usage` when the shape does not hold as many numbers as `data`.
 */
export function tensor<A extends DtypeArrays[Dtype]>(
  data: A,
  shape: readonly number[] = [data.length],
): Tensor<{ [K in Dtype]: A extends DtypeArrays[K] ? K : never }[Dtype]> {
  if (elementCount(shape) !== data.length) {
    throw new AdsamError("usage", `a tensor of shape [${shape}] holds ${elementCount(shape)} numbers, got ${data.length}`);
  }
  return { dtype: dtypeOf(data), shape, data } as Tensor<{ [K in Dtype]: A extends DtypeArrays[K] ? K : never }[Dtype]>;
}
