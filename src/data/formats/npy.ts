import { AdsamError } from "../../errors.ts";
import { arrayOf, type Dtype, elementCount, type Tensor, tensor } from "../../tensor.ts";
import { unzip } from "./zip.ts";

const magic = "\x93NUMPY";

/** NumPy's names of the dtypes that are read, without the order of their bytes. */
const dtypes: Readonly<Record<string, Dtype>> = {
  b1: "bool",
  u1: "uint8",
  i1: "int8",
  u2: "uint16",
  i2: "int16",
  u4: "uint32",
  i4: "int32",
  u8: "uint64",
  i8: "int64",
  f2: "float16",
  f4: "float32",
  f8: "float64",
};

/**
 * The arrays of a `.npz` file by name, those of `numpy.savez` and `savez_compressed`.
 * @throws AdsamError `data` for what is damaged, and for arrays of Python objects, which are never loaded.
 */
export function decodeNpz(bytes: Uint8Array, path: string): Record<string, Tensor> {
  const files = [...unzip(bytes, path)].filter(([name]) => name.endsWith(".npy"));
  return Object.fromEntries(files.map(([name, file]) => [name.slice(0, -4), decodeNpy(file, `${path}: ${name}`)]));
}

/** An array as `numpy.save` writes it, in row-major order (NEP 1). Throws as `decodeNpz`. */
function decodeNpy(bytes: Uint8Array, path: string): Tensor {
  const { description, length } = headerOf(bytes, path);
  const [, order = "", name = ""] = /'descr': *'([<>|=])([a-z]\d+)'/.exec(description) ?? [];
  const dtype = dtypes[name];
  if (dtype === undefined) throw unread(path, /'descr':([^,}]+)/.exec(description)?.[1]?.trim() ?? "an unknown dtype");
  const shape = /'shape': *\(([^)]*)\)/
    .exec(description)?.[1]
    ?.split(",")
    .filter((part) => part.trim() !== "");
  const lengths = shape?.map(Number) ?? [Number.NaN];
  const array = arrayOf(dtype);
  const wanted = elementCount(lengths) * array.BYTES_PER_ELEMENT;
  if (!Number.isSafeInteger(wanted)) throw damaged(path, "a header of NumPy");
  const body = Uint8Array.from(bytes.subarray(length, length + wanted));
  if (body.length !== wanted) throw damaged(path, `${wanted} bytes of numbers, got ${body.length}`);
  if (order === ">") swapBytes(body, array.BYTES_PER_ELEMENT);
  const made = tensor(new array(body.buffer, 0, elementCount(lengths)), lengths, dtype);
  return /'fortran_order': *True/.test(description) ? rowMajor(made) : made;
}

function headerOf(bytes: Uint8Array, path: string) {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (text.toString("latin1", 0, 6) !== magic || bytes.length < 12) throw damaged(path, "an array of NumPy");
  const long = (bytes[6] ?? 0) > 1;
  const [start, size] = long ? [12, text.readUInt32LE(8)] : [10, text.readUInt16LE(8)];
  return { description: text.toString("latin1", start, start + size), length: start + size };
}

function swapBytes(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

/** Numbers that stand in column-major order, the first axis fastest, in row-major order. */
function rowMajor({ dtype, shape, data }: Tensor): Tensor {
  const width = data.BYTES_PER_ELEMENT;
  const from = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const to = new Uint8Array(from.length);
  const strides = shape.map((_, axis) => elementCount(shape.slice(0, axis)));
  const index = shape.map(() => 0);
  let source = 0;
  for (let at = 0; at < to.length; at += width) {
    for (let byte = 0; byte < width; byte++) to[at + byte] = from[source * width + byte] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      const [stride = 0, length = 0] = [strides[axis], shape[axis]];
      source += stride;
      index[axis] = next;
      if (next < length) break;
      source -= stride * length;
      index[axis] = 0;
    }
  }
  return tensor(new (arrayOf(dtype))(to.buffer, 0, data.length), shape, dtype);
}

function damaged(path: string, expected: string): AdsamError {
  return new AdsamError("data", `${path} is damaged: expected ${expected}`, {
    suggestion: "it may be cut short: copy or make it again",
  });
}

function unread(path: string, dtype: string): AdsamError {
  return new AdsamError("data", `${path} is of dtype ${dtype}, which is not read: expected numbers`, {
    suggestion: "arrays of Python objects would run code when they are loaded: save numbers",
  });
}
