import { AdsamError } from "../../errors.ts";
import { decodePickle, textOf } from "../formats/pickle.ts";
import { NumpyArray, type Pickled } from "../formats/pickle-numpy.ts";

const imageBytes = 3072;

/**
 * A batch of the Python version: a pickled dictionary of `data`, uint8 [N, 3072], and the labels.
 * @throws AdsamError `data` as `decodePickle`, and for a dictionary of other things.
 */
export function decodeBatch(bytes: Uint8Array, labelKey: string, path: string) {
  const found = dictionary(bytes, path);
  const [data, labels] = [found.get("data"), found.get(labelKey)];
  const numbers = Array.isArray(labels) ? labels.map(Number) : [];
  const whole = numbers.every((label) => Number.isInteger(label) && label >= 0 && label <= 255);
  if (!(data instanceof NumpyArray) || data.dtype?.name !== "u1" || data.shape[1] !== imageBytes || !whole) {
    throw new AdsamError(
      "data",
      `${path}: expected data of uint8 [N, ${imageBytes}] and ${labelKey}, got ${[...found.keys()].join(", ")}`,
    );
  }
  if (numbers.length !== data.shape[0] || data.bytes.length !== numbers.length * imageBytes || numbers.length === 0) {
    throw new AdsamError(
      "data",
      `${path}: ${data.shape[0]} images of ${data.bytes.length} bytes have ${numbers.length} labels`,
    );
  }
  return { pixels: data.bytes, labels: Uint8Array.from(numbers) };
}

/** The names of the classes, from the file beside the batches. */
export function decodeNames(bytes: Uint8Array, labelKey: string, path: string): string[] {
  const names = dictionary(bytes, path).get(labelKey === "labels" ? "label_names" : "fine_label_names");
  return Array.isArray(names) ? names.map(textOf) : [];
}

function dictionary(bytes: Uint8Array, path: string): Map<string, Pickled> {
  const found = decodePickle(bytes, path);
  if (found instanceof Map) return found;
  throw new AdsamError(
    "data",
    `${path}: expected a pickled dictionary, got ${Array.isArray(found) ? "a list" : typeof found}`,
  );
}
