import * as z from "zod";
import { AdsamError, type ErrorCode } from "../errors.ts";
import { type Dtype, elementCount, type NamedTensors, type Tensor, tensor } from "../tensor.ts";
import { describeIssue } from "../validation.ts";

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

/** How a damaged file is reported. */
export interface DamageReport {
  /** What the message calls the bytes: their path, when there is one. */
  readonly name?: string;
  /** `file` unless the caller knows better: `checkpoint`, `data`. */
  readonly code?: ErrorCode;
}

const elementBytes = { F32: 4, F64: 8, I64: 8, U8: 1 };
type FormatDtype = keyof typeof elementBytes;
const isFormatDtype = (dtype: string): dtype is FormatDtype => Object.hasOwn(elementBytes, dtype);
const formatDtypes: Record<Dtype, FormatDtype> = { float32: "F32", float64: "F64", int64: "I64", uint8: "U8" };

/** The format's own limit. */
const longestHeader = 100_000_000;
const prefixBytes = 8;
const space = 0x20;
const metadataKey = "__metadata__";

const headerEntry = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
type HeaderEntry = z.output<typeof headerEntry>;
const header = z.object({ [metadataKey]: z.record(z.string(), z.string()).default({}) }).catchall(headerEntry);

/**
 * The parts of a safetensors file, to be written one after another: the header, then views of the tensors' own buffers.
 * The header lists tensors in the order given; their numbers are laid out widest dtype first, so that all are aligned.
 * @throws AdsamError `usage` for a shape that does not fit its numbers, and for the reserved name `__metadata__`.
 */
export function encodeSafetensors(
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const entries = Object.entries(tensors);
  for (const [name, { shape, data }] of entries) checkEncodable(name, shape, data.length);
  const layout = entries.toSorted(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);

  const offsets = new Map<string, readonly [begin: number, end: number]>();
  let covered = 0;
  for (const [name, { data }] of layout) {
    offsets.set(name, [covered, covered + data.byteLength]);
    covered += data.byteLength;
  }
  const described = entries.map(([name, { dtype, shape }]) => [
    name,
    { dtype: formatDtypes[dtype], shape, data_offsets: offsets.get(name) },
  ]);
  const notes = Object.keys(metadata).length > 0 ? [[metadataKey, metadata]] : [];

  const json = JSON.stringify(Object.fromEntries([...notes, ...described]));
  const head = encodeHead(new TextEncoder().encode(json));
  return [head, ...layout.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
}

/** The header's length, and the header, filled up with spaces so that the numbers after it are aligned. */
function encodeHead(json: Uint8Array): Uint8Array {
  const paddedLength = Math.ceil(json.length / 8) * 8;
  const head = new Uint8Array(prefixBytes + paddedLength).fill(space);
  new DataView(head.buffer).setBigUint64(0, BigInt(paddedLength), true);
  head.set(json, prefixBytes);
  return head;
}

function checkEncodable(name: string, shape: readonly number[], length: number): void {
  if (name === metadataKey) throw new AdsamError("usage", `no tensor can be named ${metadataKey}`);
  if (elementCount(shape) !== length) {
    throw new AdsamError("usage", `${name} of shape [${shape}] holds ${elementCount(shape)} numbers, got ${length}`);
  }
}

/**
 * The tensors and metadata in `bytes`. Tensors are views of `bytes`, except those whose numbers are not aligned, which
 * are copied (files written here, and by Python's safetensors, have none).
 * @throws AdsamError (`report.code`, `file` by default) when anything in the file contradicts the format: the header's
 *   length or JSON, a dtype other than F32, F64, I64 and U8, a size that its shape denies, a gap, an overlap, a wrong end.
 */
export function decodeSafetensors(bytes: Uint8Array, report: DamageReport = {}): Safetensors {
  const { name = "the data", code = "file" } = report;
  const fail = (problem: string, cause?: unknown): never => {
    throw new AdsamError(code, `${name} cannot be read as safetensors: ${problem}`, {
      cause,
      suggestion: "it may be damaged, cut short, or of another format: write it again",
    });
  };
  const [{ [metadataKey]: metadata, ...entries }, dataStart] = readHeader(bytes, fail);
  const data = bytes.subarray(dataStart);
  checkLayout(entries, data.byteLength, fail);
  const tensors = Object.entries(entries).map(([key, entry]) => [key, readTensor(key, entry, data, fail)]);
  return { tensors: Object.fromEntries(tensors), metadata };
}

type Fail = (problem: string, cause?: unknown) => never;

function readHeader(bytes: Uint8Array, fail: Fail): [z.output<typeof header>, dataStart: number] {
  if (bytes.byteLength < prefixBytes) fail(`expected a header, got ${bytes.byteLength} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, prefixBytes).getBigUint64(0, true);
  if (length > longestHeader || length > bytes.byteLength - prefixBytes) {
    fail(`its header should be ${length} bytes long, the file is ${bytes.byteLength}`);
  }
  const dataStart = prefixBytes + Number(length);
  const parsed = header.safeParse(parseJson(bytes.subarray(prefixBytes, dataStart), fail), { reportInput: true });
  if (!parsed.success) return fail(`its header has ${parsed.error.issues.slice(0, 3).map(describeIssue).join("; ")}`);
  return [parsed.data, dataStart];
}

function parseJson(bytes: Uint8Array, fail: Fail): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    return fail(`its header is not JSON (${error instanceof Error ? error.message : error})`, error);
  }
}

/** Tensors must cover the data from its first byte to its last, without gap or overlap. */
function checkLayout(entries: Readonly<Record<string, HeaderEntry>>, dataBytes: number, fail: Fail): void {
  const spans = Object.entries(entries).map(([name, { data_offsets: offsets }]) => [name, ...offsets] as const);
  let covered = 0;
  for (const [name, begin, end] of spans.sort((a, b) => a[1] - b[1] || a[2] - b[2])) {
    if (begin !== covered) fail(`${name} begins at byte ${begin} of the data, expected ${covered}`);
    if (end < begin) fail(`${name} ends at byte ${end}, before its beginning at ${begin}`);
    covered = end;
  }
  if (covered !== dataBytes) fail(`its tensors take ${covered} bytes of data, the file has ${dataBytes}`);
}

function readTensor(name: string, entry: HeaderEntry, data: Uint8Array, fail: Fail): Tensor {
  const { dtype, shape } = entry;
  const bytes = data.subarray(...entry.data_offsets);
  if (!isFormatDtype(dtype)) return fail(`${name} is ${dtype}, expected one of ${Object.keys(elementBytes)}`);
  const width = elementBytes[dtype];
  const expected = elementCount(shape) * width;
  if (bytes.byteLength !== expected)
    fail(`${name} of shape [${shape}] needs ${expected} bytes, got ${bytes.byteLength}`);
  const { buffer, byteOffset } = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  const length = bytes.byteLength / width;
  switch (dtype) {
    case "F32":
      return tensor(new Float32Array(buffer, byteOffset, length), shape);
    case "F64":
      return tensor(new Float64Array(buffer, byteOffset, length), shape);
    case "I64":
      return tensor(new BigInt64Array(buffer, byteOffset, length), shape);
    case "U8":
      return tensor(new Uint8Array(buffer, byteOffset, length), shape);
  }
}
