import * as z from "zod";
import type { Dtype, NamedTensors } from "../tensor.ts";

/**
 * The safetensors format (https://github.com/huggingface/safetensors): the length of a JSON header as a 64-bit integer,
 * the header, the numbers. All little-endian, as are the machines that this package runs on.
 */
export interface Safetensors {
  /** In the order of the header. */
  readonly tensors: NamedTensors;
  /** Texts by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What the format calls each dtype, in its own library's order: the widest first. It has no complex128. */
export const formatDtypes = {
  uint64: "U64",
  int64: "I64",
  float64: "F64",
  complex64: "C64",
  float32: "F32",
  uint32: "U32",
  int32: "I32",
  bfloat16: "BF16",
  float16: "F16",
  uint16: "U16",
  int16: "I16",
  int8: "I8",
  uint8: "U8",
  bool: "BOOL",
} as const satisfies Record<Exclude<Dtype, "complex128">, string>;
export type StoredDtype = keyof typeof formatDtypes;

/** The format's own limit. */
export const longestHeader = 100_000_000;
export const prefixBytes = 8;
export const metadataKey = "__metadata__";

export const headerEntry = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
export type HeaderEntry = z.output<typeof headerEntry>;

/** Half of a pair of UTF-16: no Unicode text holds one, and Python refuses it. */
export const loneSurrogate = /\p{Surrogate}/u;

/** Whether these bytes begin as the format demands: no pickle, zip or tar archive does. */
export function isSafetensors(bytes: Uint8Array): boolean {
  return bytes.byteLength > prefixBytes && headerLength(bytes) <= longestHeader && bytes[prefixBytes] === 0x7b;
}

export function headerLength(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, prefixBytes).getBigUint64(0, true);
}
