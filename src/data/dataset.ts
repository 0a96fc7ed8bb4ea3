import type { Normalization } from "../schema/data.ts";
import { arrayOf, elementCount, type Tensor, tensor } from "../tensor.ts";

/** Images [N, 3, H, W] (uint8 pixels, or float32 as the network takes them) and their classes [N] (uint8 or int64). */
export interface Split {
  /** [N, 3, H, W]. */
  readonly images: Tensor;
  /** [N], from 0. */
  readonly labels: Tensor;
}

/** Labelled images, split once and for all into those to train on and those to test on. */
export interface Dataset {
  /** How it is called. */
  readonly name: string;
  /** Number of classes. */
  readonly classes: number;
  /** What each class is called, where that is known. */
  readonly classNames?: readonly string[] | undefined;
  /** What to train on. */
  readonly train: Split;
  /** What to test on. */
  readonly test: Split;
  /** How pixels become the network's input; null when the images are that already. */
  readonly normalization: Normalization | null;
}

/** Images `start` to `end` (not included) with their labels: views, not copies. */
export function slice(split: Split, start: number, end?: number): Split {
  return { images: rows(split.images, start, end), labels: rows(split.labels, start, end) };
}

function rows({ shape: [, ...rowShape], data }: Tensor, start: number, end?: number): Tensor {
  const rowLength = elementCount(rowShape);
  const part = data.subarray(start * rowLength, end === undefined ? undefined : end * rowLength);
  return tensor(part, [part.length / rowLength, ...rowShape]);
}

/** The images of these numbers, in this order, with their labels: copies. */
export function chosen({ images, labels }: Split, indices: readonly number[]): Split {
  return { images: chosenRows(images, indices), labels: chosenRows(labels, indices) };
}

function chosenRows({ shape: [, ...rowShape], dtype, data }: Tensor, indices: readonly number[]): Tensor {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const length = elementCount(rowShape);
  const rowBytes = length * data.BYTES_PER_ELEMENT;
  const made = new Uint8Array(indices.length * rowBytes);
  for (const [to, from] of indices.entries())
    made.set(bytes.subarray(from * rowBytes, (from + 1) * rowBytes), to * rowBytes);
  return tensor(new (arrayOf(dtype))(made.buffer, 0, indices.length * length), [indices.length, ...rowShape], dtype);
}
