import { type Dataset, slice } from "../../src/data/dataset.ts";
import { loadDataset } from "../../src/data/index.ts";

/** The digits, with the first of them only: 8x8 pixels, 10 classes. */
export async function firstDigits(train: number, test: number): Promise<Dataset> {
  const digits = await loadDataset("digits");
  return { ...digits, train: slice(digits.train, 0, train), test: slice(digits.test, 0, test) };
}
