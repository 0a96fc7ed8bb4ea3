import { type Dataset, slice } from "../data/dataset.ts";
import { loadImages, type NamedImages } from "../data/images.ts";
import { AdsamError } from "../errors.ts";
import { type Tensor, tensor } from "../tensor.ts";

/**
 * The images to predict: those in the files and test images of the data set, all of its size.
 * @throws AdsamError `usage` when none is asked for or there is no such test image, `data` for images of another size.
 */
export async function chosenImages(
  data: Dataset,
  files: readonly string[],
  indices: readonly number[],
): Promise<NamedImages> {
  const parts = indices.map((index) => testImage(data, index));
  for (const file of files) {
    const part = await loadImages(file, data.normalization);
    requireSize(part.images, data, file);
    parts.push(part);
  }
  if (parts.length === 0) {
    throw new AdsamError("usage", "expected images: files, or --indices of the data set's test images", {
      suggestion: "for example --indices 0,1,2",
    });
  }
  return { names: parts.flatMap(({ names }) => names), images: joined(parts.map(({ images }) => images)) };
}

function testImage({ name, test }: Dataset, index: number): NamedImages {
  const { length } = test.labels.data;
  if (index >= length) {
    throw new AdsamError("usage", `--indices: expected numbers from 0 to ${length - 1}, got ${index}`);
  }
  return { names: [`${name}#${index}`], images: slice(test, index, index + 1).images };
}

function requireSize({ shape }: Tensor, { name, test }: Dataset, file: string): void {
  const [came, expected] = [shape, test.images.shape].map(([, , height, width]) => `${height}x${width}`);
  if (came === expected) return;
  throw new AdsamError("data", `${file}: expected images of ${expected}, as ${name} has, got ${came}`, {
    suggestion: "scale or cut them to that size",
  });
}

/** Images of one size one after another; of both dtypes together they become float32. */
function joined(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  const values = parts.flatMap(({ data }) => Array.from<number | bigint, number>(data, Number));
  const bytes = parts.every(({ dtype }) => dtype === "uint8");
  const count = parts.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  return tensor(bytes ? Uint8Array.from(values) : Float32Array.from(values), [count, ...(first?.shape.slice(1) ?? [])]);
}
