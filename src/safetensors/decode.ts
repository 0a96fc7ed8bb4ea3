import * as z from "zod";
import { AdsamError, type ErrorCode } from "../errors.ts";
import { arrayOf, elementCount, partsOf, type Tensor, tensor } from "../tensor.ts";
import { describeIssue } from "../validation.ts";
import {
  formatDtypes,
  type HeaderEntry,
  headerEntry,
  headerLength,
  loneSurrogate,
  longestHeader,
  metadataKey,
  prefixBytes,
  type Safetensors,
  type StoredDtype,
} from "./format.ts";

/** How a damaged file is reported. */
export interface DamageReport {
  /** What the message calls the bytes: their path, when there is one. */
  readonly name?: string;
  /** `file` unless the caller knows better: `checkpoint`, `data`. */
  readonly code?: ErrorCode;
}

const storedDtypes = new Map(
  Object.entries(formatDtypes).map(([dtype, name]): [string, StoredDtype] => [name, dtype as StoredDtype]),
);

/**
 * The tensors and metadata in `bytes`. Tensors are views of `bytes`, except those whose numbers are not aligned, which
 * are copied (files written here, and by Python's safetensors, have none).
 * @throws AdsamError (`report.code`, `file` by default) when anything in the file contradicts the format: the header's
 *   length or JSON, a dtype that a tensor cannot have here, a size that its shape denies, a gap, an overlap, a wrong end.
 */
export function decodeSafetensors(bytes: Uint8Array, report: DamageReport = {}): Safetensors {
  const { name = "the data", code = "file" } = report;
  const fail = (problem: string, cause?: unknown): never => {
    throw new AdsamError(code, `${name} cannot be read as safetensors: ${problem}`, {
      cause,
      suggestion: "it may be damaged, cut short, or of another format: write it again",
    });
  };
  const [header, dataStart] = readHeader(bytes, fail);
  const notes = header[metadataKey] ?? {};
  if (!isRecord(notes)) return fail(`its ${metadataKey} is no object`);
  const metadata = readParts(Object.entries(notes), z.string(), `${metadataKey}.`, fail);
  const described = Object.entries(header).filter(([key]) => key !== metadataKey);
  const entries = readParts(described, headerEntry, "", fail);
  const data = bytes.subarray(dataStart);
  checkLayout(entries, data.byteLength, fail);
  const tensors = entries.map(([key, entry]) => [key, readTensor(key, entry, data, fail)]);
  return { tensors: Object.fromEntries(tensors), metadata: Object.fromEntries(metadata) };
}

type Fail = (problem: string, cause?: unknown) => never;

function readHeader(bytes: Uint8Array, fail: Fail): [header: Record<string, unknown>, dataStart: number] {
  if (bytes.byteLength < prefixBytes) fail(`expected a header, got ${bytes.byteLength} bytes`);
  const length = headerLength(bytes);
  if (length > longestHeader || length > bytes.byteLength - prefixBytes) {
    fail(`its header should be ${length} bytes long, the file is ${bytes.byteLength}`);
  }
  const dataStart = prefixBytes + Number(length);
  const header = parseJson(bytes.subarray(prefixBytes, dataStart), fail);
  return isRecord(header) ? [header, dataStart] : fail("its header is no object");
}

function parseJson(bytes: Uint8Array, fail: Fail): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    return fail(`its header is not JSON (${error instanceof Error ? error.message : error})`, error);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One by one and as a list: the first wrong part ends it, and no name, not even `__proto__`, has a meaning here. */
function readParts<Schema extends z.ZodType>(
  parts: readonly [name: string, part: unknown][],
  schema: Schema,
  where: string,
  fail: Fail,
): [name: string, part: z.output<Schema>][] {
  return parts.map(([name, value]) => {
    for (const text of [name, value]) {
      if (typeof text === "string" && loneSurrogate.test(text)) fail(`${JSON.stringify(text)} is not Unicode`);
    }
    const part = schema.safeParse(value, { reportInput: true });
    if (part.success) return [name, part.data];
    const [issue] = part.error.issues.map(({ path, ...rest }) => describeIssue({ ...rest, path: [name, ...path] }));
    return fail(`its header has ${where}${issue}`);
  });
}

/** Tensors must cover the data from its first byte to its last, without gap or overlap. */
function checkLayout(entries: readonly [name: string, entry: HeaderEntry][], dataBytes: number, fail: Fail): void {
  const spans = entries.map(([name, { data_offsets: offsets }]) => [name, ...offsets] as const);
  let covered = 0;
  for (const [name, begin, end] of spans.sort((a, b) => a[1] - b[1] || a[2] - b[2])) {
    if (begin !== covered) fail(`${name} begins at byte ${begin} of the data, expected ${covered}`);
    if (end < begin) fail(`${name} ends at byte ${end}, before its beginning at ${begin}`);
    covered = end;
  }
  if (covered !== dataBytes) fail(`its tensors take ${covered} bytes of data, the file has ${dataBytes}`);
}

function readTensor(
  name: string,
  { dtype: stored, shape, data_offsets }: HeaderEntry,
  data: Uint8Array,
  fail: Fail,
): Tensor {
  const bytes = data.subarray(...data_offsets);
  const dtype = storedDtypes.get(stored);
  if (dtype === undefined) return fail(`${name} is ${stored}, expected one of ${[...storedDtypes.keys()]}`);
  const NumberArray = arrayOf(dtype);
  const width = NumberArray.BYTES_PER_ELEMENT;
  const expected = elementCount(shape) * partsOf(dtype) * width;
  if (bytes.byteLength !== expected)
    fail(`${name} of shape [${shape}] needs ${expected} bytes, got ${bytes.byteLength}`);
  const { buffer, byteOffset } = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  try {
    return tensor(new NumberArray(buffer, byteOffset, bytes.byteLength / width), shape, dtype);
  } catch (error) {
    return fail(`${name} holds no ${dtype}: ${error instanceof Error ? error.message : error}`, error);
  }
}
