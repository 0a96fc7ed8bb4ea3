import { expect, test } from "vitest";
import { checkDataset } from "../../src/data/check.ts";
import { loadDigits } from "../../src/data/digits.ts";
import type { Tensor } from "../../src/tensor.ts";

/** Pixels of one channel of [N, 3, 8, 8]. */
function channel({ data }: Tensor, index: number): number[] {
  return Array.from<number | bigint, number>(data, Number).filter((_, pixel) => Math.floor(pixel / 64) % 3 === index);
}

test("1437 images to train on, 360 to test on, three equal channels", async () => {
  const digits = await loadDigits();
  expect(() => checkDataset(digits)).not.toThrow();
  expect(digits).toMatchObject({ name: "digits", classes: 10 });
  expect([digits.train.images, digits.test.images].map(({ dtype, shape }) => [dtype, shape])).toEqual([
    ["uint8", [1437, 3, 8, 8]],
    ["uint8", [360, 3, 8, 8]],
  ]);
  expect(channel(digits.train.images, 1)).toEqual(channel(digits.train.images, 0));
  expect(channel(digits.test.images, 2)).toEqual(channel(digits.test.images, 0));
});

// Read from the file with safetensors for Python.
test("the first image and labels of both parts", async () => {
  const { train, test: held } = await loadDigits();
  expect([...train.images.data.subarray(0, 16)]).toEqual([0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0]);
  expect([...train.labels.data.subarray(0, 10)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect([...held.labels.data.subarray(0, 10)]).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 0, 9]);
});

test("the normalization is that of the training images", async () => {
  const { train, normalization } = await loadDigits();
  expect(normalization?.scale).toBe(16);
  for (let index = 0; index < 3; index++) {
    const pixels = channel(train.images, index).map((pixel) => pixel / 16);
    const mean = pixels.reduce((sum, pixel) => sum + pixel, 0) / pixels.length;
    const variance = pixels.reduce((sum, pixel) => sum + (pixel - mean) ** 2, 0) / pixels.length;
    expect(normalization?.mean[index]).toBeCloseTo(mean, 12);
    expect(normalization?.std[index]).toBeCloseTo(Math.sqrt(variance), 12);
  }
});
