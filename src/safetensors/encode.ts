import { AdsamError } from "../errors.ts";
import { type Dtype, elementCount, type NamedTensors } from "../tensor.ts";
import { formatDtypes, loneSurrogate, metadataKey, prefixBytes } from "./format.ts";

const space = 0x20;
const order = Object.keys(formatDtypes);

/**
 * The parts of a safetensors file, to be written one after another: the header, then views of the tensors' own buffers.
 * Tensors come widest dtype first, so that all numbers are aligned, then by name: as the format's own library writes
 * them, so that the same tensors and metadata give the same bytes, here and in Python.
 * @throws AdsamError `usage` for a shape that does not fit its numbers, for the reserved name `__metadata__`, and for
 *   text that is no Unicode.
 */
export function encodeSafetensors(
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const entries = Object.entries(tensors);
  for (const [name, { shape, data }] of entries) checkEncodable(name, shape, data.length);
  for (const text of Object.entries(metadata).flat()) checkUnicode(text);
  const layout = entries.toSorted(([a, one], [b, other]) => rank(one.dtype) - rank(other.dtype) || (a < b ? -1 : 1));

  let covered = 0;
  const described = layout.map(([name, { dtype, shape, data }]) => {
    const begin = covered;
    covered += data.byteLength;
    return [name, { dtype: formatDtypes[dtype], shape, data_offsets: [begin, covered] }];
  });
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

function rank(dtype: Dtype): number {
  return order.indexOf(dtype);
}

function checkEncodable(name: string, shape: readonly number[], length: number): void {
  if (name === metadataKey) throw new AdsamError("usage", `no tensor can be named ${metadataKey}`);
  checkUnicode(name);
  if (elementCount(shape) !== length) {
    throw new AdsamError("usage", `${name} of shape [${shape}] holds ${elementCount(shape)} numbers, got ${length}`);
  }
}

function checkUnicode(text: string): void {
  if (!loneSurrogate.test(text)) return;
  throw new AdsamError("usage", `expected names and metadata that are Unicode, got ${JSON.stringify(text)}`);
}
