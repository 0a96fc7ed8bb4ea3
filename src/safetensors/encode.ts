import { AdsamError } from "../errors.ts";
import { checkTensor, type NamedTensors, type Tensor } from "../tensor.ts";
import { formatDtypes, loneSurrogate, metadataKey, prefixBytes, type StoredDtype } from "./format.ts";

const space = 0x20;
const order = Object.keys(formatDtypes);

type Entry = readonly [name: string, values: Tensor<StoredDtype>];

/**
 * The parts of a safetensors file, to be written one after another: the header, then views of the tensors' own buffers.
 * Tensors come widest dtype first, so that all numbers are aligned, then by name: as the format's own library writes
 * them, so that the same tensors and metadata give the same bytes, here and in Python.
 * @throws AdsamError `usage` for what is no tensor, for complex128, which the format does not have, for the reserved name
 *   `__metadata__`, and for text that is no Unicode.
 */
export function encodeSafetensors(
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const entries = Object.entries(tensors).map(([name, values]): Entry => [name, encodable(name, values)]);
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

function rank(dtype: StoredDtype): number {
  return order.indexOf(dtype);
}

function encodable(name: string, values: Tensor): Tensor<StoredDtype> {
  if (name === metadataKey) throw new AdsamError("usage", `no tensor can be named ${metadataKey}`);
  checkUnicode(name);
  checkTensor(values, name);
  if (values.dtype !== "complex128") return values;
  throw new AdsamError("usage", `${name}: the safetensors format has no complex128`, {
    suggestion: "keep it as float64 with a last axis of real and imaginary parts, or as complex64",
  });
}

function checkUnicode(text: string): void {
  if (!loneSurrogate.test(text)) return;
  throw new AdsamError("usage", `expected names and metadata that are Unicode, got ${JSON.stringify(text)}`);
}
