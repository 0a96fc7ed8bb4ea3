import { AdsamError, type ErrorCode } from "./errors.ts";
import {
  arrayOf,
  type Dtype,
  type DtypeArrays,
  isDtype,
  type PlainDtype,
  type PlainDtypeOf,
  partsOf,
  plainDtypeOf,
} from "./tensor/dtypes.ts";

export { arrayOf, type Dtype, type DtypeArrays, kindOf, partsOf } from "./tensor/dtypes.ts";

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
 * A tensor over `data` (not copied), of the dtype that its array stands for by itself.
 * @param shape its length along each axis; [data.length] without it.
 * @throws AdsamError `usage` when the shape does not hold as many numbers as `data`.
 */
export function tensor<Data extends DtypeArrays[PlainDtype]>(
  data: Data,
  shape?: readonly number[],
): Tensor<PlainDtypeOf<Data>>;
/**
 * A tensor over `data` (not copied), where the array could stand for more than one dtype: bool beside uint8, float16 and
 * bfloat16 beside uint16, complex64 beside float32, complex128 beside float64.
 * @throws AdsamError `usage` when the shape does not hold as many numbers as `data`, or the dtype is held by another array.
 */
export function tensor<D extends Dtype>(data: DtypeArrays[D], shape: readonly number[], dtype: D): Tensor<D>;
export function tensor(data: DtypeArrays[Dtype], shape?: readonly number[], dtype?: Dtype): Tensor {
  const made = { dtype: dtype ?? plainDtypeOf(data), shape: shape ?? [data?.length], data };
  checkTensor(made, "tensor");
  return made;
}

/** Whether a value, of which no compiler knows anything, is a tensor: numbers of the dtype and as many as the shape holds. */
export function isTensor(value: unknown): value is Tensor {
  return problemOf(value) === undefined;
}

/**
 * Holds a value, of which no compiler knows anything, to what `Tensor` promises.
 * @throws AdsamError (`usage`, or `code`) that begins with `name`.
 */
export function checkTensor(value: unknown, name: string, code: ErrorCode = "usage"): asserts value is Tensor {
  const problem = problemOf(value);
  if (problem === undefined) return;
  throw new AdsamError(code, `${name}: ${problem}`, {
    suggestion: "make it with tensor(data, shape), and name the dtype where the array does not say it",
  });
}

/** The same of tensors by name. */
export function checkTensors(values: unknown, name: string): asserts values is NamedTensors {
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    throw new AdsamError(
      "usage",
      `${name}: expected tensors by name, got ${Array.isArray(values) ? "an array" : values}`,
    );
  }
  for (const [key, value] of Object.entries(values)) checkTensor(value, key);
}

function problemOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return `expected a tensor, got ${value}`;
  const { dtype, shape, data }: { dtype?: unknown; shape?: unknown; data?: unknown } = value;
  if (!ArrayBuffer.isView(data)) return `expected numbers in a typed array, got ${described(data)}`;
  if (!isDtype(dtype)) return `expected a dtype such as float32, got ${dtype} for ${described(data)}`;
  const array = arrayOf(dtype);
  if (!(data instanceof array)) return `expected ${dtype} in ${array.name}, got ${described(data)}`;
  if (!Array.isArray(shape) || !shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    return `expected a shape of whole numbers, got ${Array.isArray(shape) ? `[${shape}]` : shape}`;
  }
  const [holds, got] = [elementCount(shape), data.length / partsOf(dtype)];
  if (holds !== got) return `shape [${shape}] holds ${holds} numbers, got ${got}`;
  if (dtype !== "bool") return undefined;
  const odd = data.find((byte) => byte > 1);
  return odd === undefined ? undefined : `expected 0 or 1 for a bool, got ${odd}`;
}

function described(value: unknown): string {
  return typeof value === "object" && value !== null ? (value.constructor?.name ?? "an object") : `${value}`;
}
