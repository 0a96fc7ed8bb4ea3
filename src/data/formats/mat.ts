import { inflateSync } from "node:zlib";
import { AdsamError } from "../../errors.ts";
import { elementCount, type Tensor, tensor } from "../../tensor.ts";

/** The kinds of data elements that are read (MATLAB, "MAT-File Format", version 5). */
const matrix = 14;
const compressed = 15;

const readers: Readonly<Record<number, readonly [width: number, read: (view: DataView, at: number) => number]>> = {
  1: [1, (view, at) => view.getInt8(at)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [2, (view, at) => view.getInt16(at, true)],
  4: [2, (view, at) => view.getUint16(at, true)],
  5: [4, (view, at) => view.getInt32(at, true)],
  6: [4, (view, at) => view.getUint32(at, true)],
  7: [4, (view, at) => view.getFloat32(at, true)],
  9: [8, (view, at) => view.getFloat64(at, true)],
};

const uint8Class = 9;
const numericClasses = [6, 7, 8, uint8Class, 10, 11, 12, 13];
const complexFlag = 0x08;

interface Element {
  readonly type: number;
  readonly body: Uint8Array;
  readonly end: number;
}

/**
 * The real numeric arrays of a MATLAB file of version 5 by name: uint8 as it is, others as float64. Their axes are in reverse
 * order, so that no number has to move: MATLAB's first axis is the last.
 * @throws AdsamError `data` for files of version 7.3 and big-endian ones, and for what is damaged.
 */
export function decodeMat(bytes: Uint8Array, path: string): Record<string, Tensor> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (text.toString("latin1", 0, 10) !== "MATLAB 5.0" || text.toString("latin1", 126, 128) !== "IM") {
    const newer = text.toString("latin1", 0, 10) === "MATLAB 7.3" || text.toString("latin1", 1, 4) === "HDF";
    throw new AdsamError(
      "data",
      `${path}: expected a MATLAB file of version 5, got ${newer ? "one of version 7.3" : "other bytes"}`,
      {
        suggestion: newer ? "save it with -v7" : "download it again",
      },
    );
  }
  try {
    const found: [string, Tensor][] = [];
    for (let at = 128; at < bytes.length; ) {
      const outer = elementAt(bytes, at);
      const { type, body } = outer.type === compressed ? elementAt(inflateSync(outer.body), 0) : outer;
      if (type === matrix) found.push(...arrayOfMatrix(body));
      at = outer.end;
    }
    return Object.fromEntries(found);
  } catch (cause) {
    throw new AdsamError("data", `${path} is damaged: expected whole arrays of MATLAB`, {
      suggestion: "it may be cut short: download or copy it again",
      cause,
    });
  }
}

function elementAt(bytes: Uint8Array, at: number): Element {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = view.getUint32(at, true);
  const short = word >>> 16;
  const [type, size, start] = short > 0 ? [word & 0xffff, short, at + 4] : [word, view.getUint32(at + 4, true), at + 8];
  if (start + size > bytes.length) throw new RangeError(`an element ends at byte ${start + size} of ${bytes.length}`);
  const padded = short > 0 ? at + 8 : start + (type === compressed ? size : Math.ceil(size / 8) * 8);
  return { type, body: bytes.subarray(start, start + size), end: padded };
}

/** Name and array; nothing for cells, structures and the like. */
function arrayOfMatrix(bytes: Uint8Array): [string, Tensor][] {
  const flags = elementAt(bytes, 0);
  const dimensions = elementAt(bytes, flags.end);
  const name = elementAt(bytes, dimensions.end);
  const [kind = 0, flag = 0] = flags.body;
  if (!numericClasses.includes(kind) || (flag & complexFlag) !== 0) return [];
  const shape = valuesOf(dimensions).reverse();
  const values = elementAt(bytes, name.end);
  const bytesAlone = kind === uint8Class && values.type === 2;
  const data = bytesAlone ? values.body : Float64Array.from(valuesOf(values));
  if (data.length !== elementCount(shape)) throw new RangeError(`[${shape}] and ${data.length} numbers`);
  return [[Buffer.from(name.body).toString("latin1"), tensor(data, shape)]];
}

function valuesOf({ type, body }: Element): number[] {
  const [width, read] = readers[type] ?? [];
  if (width === undefined || read === undefined) throw new RangeError(`numbers of type ${type}`);
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  return Array.from({ length: Math.floor(body.length / width) }, (_, i) => read(view, i * width));
}
