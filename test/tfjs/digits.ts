import { join } from "node:path";
import { type Dataset, slice } from "../../src/data/dataset.ts";
import { loadDataset } from "../../src/data/index.ts";
import { writeSafetensors } from "../../src/safetensors.ts";

/** The digits, with the first of them only: 8x8 pixels, 10 classes. */
export async function firstDigits(train: number, test: number): Promise<Dataset> {
  const digits = await loadDataset("digits");
  return { ...digits, train: slice(digits.train, 0, train), test: slice(digits.test, 0, test) };
}

/** The path of a file of one's own that holds the same. */
export async function digitsFile(folder: string, count: number, testCount: number): Promise<string> {
  const { train, test, classes, normalization } = await firstDigits(count, testCount);
  const path = join(folder, "digits.safetensors");
  const tensors = {
    train_images: train.images,
    train_labels: train.labels,
    test_images: test.images,
    test_labels: test.labels,
  };
  await writeSafetensors(path, tensors, { classes: String(classes), normalization: JSON.stringify(normalization) });
  return path;
}
