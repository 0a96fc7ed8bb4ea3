import { type Dataset, slice } from "../data/dataset.ts";
import { readImages, type UnnormalizedImages } from "../data/images.ts";
import { arePixels, normalize } from "../data/normalization.ts";
import { AdsamError } from "../errors.ts";
import type { Normalization } from "../schema/data.ts";
import { type Tensor, tensor } from "../tensor.ts";

/**
 * The images to predict: those in the files and test images of the data set, all of its size.
 * @param side pictures are scaled to squares of so many pixels a side; null: as they are.
 * @throws AdsamError `usage` when none is asked for or there is no such test image, `data` for images of another size.
 */
export async function chosenImages(
  data: Dataset,
  files: readonly string[],
  indices: readonly number[],
  side: number | null,
): Promise<UnnormalizedImages> {
  const parts = indices.map((index) => testImage(data, index));
  for (const file of files) {
    const part = await readImages(file, side);
    requireSize(part.shape, data, file);
    parts.push(part);
  }
  if (parts.length === 0) {
    throw new AdsamError("usage", "expected images: files, or --indices of the data set's test images", {
      suggestion: "for example --indices 0,1,2",
    });
  }
  return {
    names: parts.flatMap(({ names }) => names),
    shape: [parts.reduce((sum, { shape: [count = 0] }) => sum + count, 0), ...data.test.images.shape.slice(1)],
    input: (normalization) => joined(parts, normalization),
  };
}

function testImage({ name, test }: Dataset, index: number): UnnormalizedImages {
  const { length } = test.labels.data;
  if (index >= length) {
    throw new AdsamError("usage", `--indices: expected numbers from 0 to ${length - 1}, got ${index}`);
  }
  const { images } = slice(test, index, index + 1);
  // A data set's floating point numbers may be pixels as well, and it says so by its normalization.
  const input: UnnormalizedImages["input"] = (normalization) =>
    arePixels(images) ? images : normalize(images, normalization);
  return { names: [`${name}#${index}`], shape: images.shape, input };
}

function requireSize(shape: readonly number[], { name, test }: Dataset, file: string): void {
  const [came, expected] = [shape, test.images.shape].map(([, , height, width]) => `${height}x${width}`);
  const [, , height, width] = test.images.shape;
  if (came === expected) return;
  throw new AdsamError("data", `${file}: expected images of ${expected}, as ${name} has, got ${came}`, {
    suggestion: height === width ? `scale pictures with --resize ${width}` : "scale or cut them to that size",
  });
}

/** Images of one size one after another; pixels stay pixels where all are. */
function joined(parts: readonly UnnormalizedImages[], normalization: Normalization | null): Tensor {
  const found = parts.map(({ input }) => input(normalization));
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  const pixels = found.every(arePixels);
  const alike = pixels ? found : found.map((images) => (arePixels(images) ? normalize(images, normalization) : images));
  const values = alike.flatMap(({ data }) => Array.from<number | bigint, number>(data, Number));
  const count = alike.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  const shape = [count, ...(first?.shape.slice(1) ?? [])];
  return tensor(pixels ? Uint8Array.from(values) : Float32Array.from(values), shape);
}
