/** The typed array that holds the numbers of each dtype. */
export interface DtypeArrays {
  /** Booleans, as 0 and 1. */
  bool: Uint8Array;
  /** 8-bit integers, unsigned. */
  uint8: Uint8Array;
  /** 8-bit integers, signed. */
  int8: Int8Array;
  /** 16-bit integers, unsigned. */
  uint16: Uint16Array;
  /** 16-bit integers, signed. */
  int16: Int16Array;
  /** 32-bit integers, unsigned. */
  uint32: Uint32Array;
  /** 32-bit integers, signed. */
  int32: Int32Array;
  /** 64-bit integers, unsigned. */
  uint64: BigUint64Array;
  /** 64-bit integers, signed. */
  int64: BigInt64Array;
  /** 16-bit floating point of 5 exponent bits, as bits: see `toHalves` and `fromHalves`. */
  float16: Uint16Array;
  /** 16-bit floating point of 8 exponent bits, as bits: see `toHalves` and `fromHalves`. */
  bfloat16: Uint16Array;
  /** 32-bit floating point. */
  float32: Float32Array;
  /** 64-bit floating point. */
  float64: Float64Array;
  /** Complex numbers of two float32: the real and the imaginary part of each in turn. */
  complex64: Float32Array;
  /** Complex numbers of two float64: the real and the imaginary part of each in turn. */
  complex128: Float64Array;
}
/** What the numbers of a tensor are. */
export type Dtype = keyof DtypeArrays;

/** What kind of numbers a dtype has: from one kind to another, something would be lost. */
export type NumberKind = "bool" | "integer" | "real" | "complex";

interface ArrayClass<D extends Dtype> {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): DtypeArrays[D];
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
}

interface Facts<D extends Dtype> {
  readonly kind: NumberKind;
  readonly array: ArrayClass<D>;
}

const facts: { readonly [D in Dtype]: Facts<D> } = {
  bool: { kind: "bool", array: Uint8Array },
  uint8: { kind: "integer", array: Uint8Array },
  int8: { kind: "integer", array: Int8Array },
  uint16: { kind: "integer", array: Uint16Array },
  int16: { kind: "integer", array: Int16Array },
  uint32: { kind: "integer", array: Uint32Array },
  int32: { kind: "integer", array: Int32Array },
  uint64: { kind: "integer", array: BigUint64Array },
  int64: { kind: "integer", array: BigInt64Array },
  float16: { kind: "real", array: Uint16Array },
  bfloat16: { kind: "real", array: Uint16Array },
  float32: { kind: "real", array: Float32Array },
  float64: { kind: "real", array: Float64Array },
  complex64: { kind: "complex", array: Float32Array },
  complex128: { kind: "complex", array: Float64Array },
};

/** The dtypes that an array stands for by itself. Bool, half and complex numbers have to be named. */
const plainDtypes = [
  "float32",
  "float64",
  "int64",
  "int32",
  "uint8",
  "int8",
  "int16",
  "uint16",
  "uint32",
  "uint64",
] as const satisfies readonly Dtype[];
/**
 * A dtype that its array says by itself.
 * @useDeclaredType
 */
export type PlainDtype = (typeof plainDtypes)[number];

/** The dtype that an array of this type stands for by itself. */
export type PlainDtypeOf<Data> = { [D in PlainDtype]: Data extends DtypeArrays[D] ? D : never }[PlainDtype];

/** All there are. */
export const dtypes = Object.keys(facts) as readonly Dtype[];

export function isDtype(value: unknown): value is Dtype {
  return typeof value === "string" && Object.hasOwn(facts, value);
}

export function kindOf(dtype: Dtype): NumberKind {
  return facts[dtype].kind;
}

/** The class of the array that holds a dtype. */
export function arrayOf<D extends Dtype>(dtype: D): ArrayClass<D> {
  return facts[dtype].array;
}

/** How many numbers of its array one number of the dtype takes. */
export function partsOf(dtype: Dtype): 1 | 2 {
  return kindOf(dtype) === "complex" ? 2 : 1;
}

/** What an array stands for unless it is told otherwise; undefined for what is no such array. */
export function plainDtypeOf(data: unknown): PlainDtype | undefined {
  return plainDtypes.find((dtype) => data instanceof facts[dtype].array);
}
