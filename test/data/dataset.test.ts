import { expect, test } from "vitest";
import { checkDataset } from "../../src/data/check.ts";
import { type Dataset, slice } from "../../src/data/dataset.ts";
import { greyToRgb } from "../../src/data/grey.ts";
import { tensor } from "../../src/tensor.ts";

const images = (count: number, size = 2) => tensor(new Float32Array(count * 3 * size), [count, 3, 1, size]);
const labels = (...values: number[]) => tensor(Uint8Array.from(values));
const good: Dataset = {
  name: "good",
  classes: 3,
  train: { images: images(3), labels: labels(0, 2, 1) },
  test: { images: images(2), labels: tensor(BigInt64Array.of(2n, 0n)) },
  normalization: null,
};

test("slice gives views of images and labels", () => {
  const split = {
    images: tensor(
      Uint8Array.from({ length: 24 }, (_, i) => i),
      [4, 3, 1, 2],
    ),
    labels: labels(5, 6, 7, 8),
  };
  const part = slice(split, 1, 3);
  expect(part.images.shape).toEqual([2, 3, 1, 2]);
  expect(part.images.data).toEqual(Uint8Array.of(6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17));
  expect(part.images.data.buffer).toBe(split.images.data.buffer);
  expect(part.labels).toEqual(labels(6, 7));
  expect(slice(split, 3).labels).toEqual(labels(8));
  expect(slice(split, 0, 99)).toEqual(split);
  expect(slice(split, 2, 2).images.shape).toEqual([0, 3, 1, 2]);
});

test("grey becomes three equal channels, image by image", () => {
  expect(greyToRgb(tensor(Uint8Array.of(1, 2, 3, 4), [2, 1, 2]))).toEqual(
    tensor(Uint8Array.of(1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4), [2, 3, 1, 2]),
  );
});

test("a good data set passes", () => {
  expect(() => checkDataset(good)).not.toThrow();
});

function withValue(value: number) {
  const bad = images(3);
  bad.data[13] = value;
  return { images: bad, labels: good.train.labels };
}

const broken: Record<string, [Partial<Dataset>, string]> = {
  "one class": [{ classes: 1 }, "expected at least 2 classes, got 1"],
  "two thirds of a class": [{ classes: 2.5 }, "expected at least 2 classes, got 2.5"],
  "grey images": [
    { train: { images: tensor(new Uint8Array(4), [1, 1, 2, 2]), labels: labels(0) } },
    "train images: expected shape [N, 3, H, W], got [1,1,2,2]",
  ],
  "flat images": [
    { test: { images: tensor(new Uint8Array(12), [1, 12]), labels: labels(0) } },
    "test images: expected shape [N, 3, H, W], got [1,12]",
  ],
  "images of doubles": [
    { train: { images: tensor(new Float64Array(3), [1, 3, 1, 1]), labels: labels(0) } },
    "train images: expected uint8 or float32, got float64",
  ],
  "no images": [{ test: { images: images(0), labels: labels() } }, "test images: expected some, got shape [0,3,1,2]"],
  "a label too few": [
    { train: { images: images(3), labels: labels(0, 1) } },
    "train: expected as many labels as images (3), got 2",
  ],
  "labels in columns": [
    { train: { images: images(2), labels: tensor(Uint8Array.of(0, 1), [2, 1]) } },
    "train labels: expected shape [N], got [2,1]",
  ],
  "labels of floats": [
    { train: { images: images(2), labels: tensor(Float32Array.of(0, 1)) } },
    "train labels: expected integers, got float32",
  ],
  "a label that is no class": [
    { test: { images: images(2), labels: labels(2, 3) } },
    "test labels: label 1 is 3, expected 0 to 2",
  ],
  "a negative label": [
    { test: { images: images(2), labels: tensor(BigInt64Array.of(-1n, 0n)) } },
    "test labels: label 0 is -1, expected 0 to 2",
  ],
  "images of another size": [
    { test: { images: images(1, 4), labels: labels(0) } },
    "train images are float32 [3,1,2], test images float32 [3,1,4]: expected the same",
  ],
  "pixels of another dtype": [
    { test: { images: tensor(new Uint8Array(6), [1, 3, 1, 2]), labels: labels(0) } },
    "train images are float32 [3,1,2], test images uint8 [3,1,2]: expected the same",
  ],
  "a label beyond all classes": [
    { test: { images: images(1), labels: tensor(BigInt64Array.of(2n ** 60n + 1n)) } },
    "test labels: label 0 is 1152921504606846977, expected 0 to 2",
  ],
  "a std of 0": [
    { normalization: { scale: 1, mean: [0, 0, 0], std: [1, 0, 1] } },
    "normalization: std.1: expected a number above 0, got 0",
  ],
  "a std of NaN": [
    { normalization: { scale: 1, mean: [0, 0, 0], std: [1, 1, Number.NaN] } },
    "normalization: std.2: expected number, got NaN",
  ],
  "a scale of 0": [
    { normalization: { scale: 0, mean: [0, 0, 0], std: [1, 1, 1] } },
    "normalization: scale: expected a number above 0, got 0",
  ],
  "a scale of infinity": [
    { normalization: { scale: Infinity, mean: [0, 0, 0], std: [1, 1, 1] } },
    "normalization: scale: expected number, got Infinity",
  ],
  "a std that float32 has no room for": [
    { normalization: { scale: 1, mean: [1, 1, 1], std: [1, 1, 1e-60] } },
    "normalization: a pixel of 0 in the train images becomes -Infinity",
  ],
  "pixels that are beyond float32 once they are normalised": [
    { train: withValue(1e30), normalization: { scale: 1e-20, mean: [0, 0, 0], std: [1, 1, 1] } },
    `normalization: a pixel of ${Math.fround(1e30)} in the train images becomes Infinity`,
  ],
  NaN: [{ train: withValue(Number.NaN) }, "train images: image 2 holds NaN, expected finite numbers"],
  infinity: [{ train: withValue(-Infinity) }, "train images: image 2 holds -Infinity, expected finite numbers"],
  "a normalization of one channel": [
    { normalization: { scale: 1, mean: [0], std: [1, 1, 1] } },
    "normalization: expected a mean for each of 3 channels, got 1",
  ],
};

test.each(Object.entries(broken))("%s is refused", (_, [change, message]) => {
  expect(() => checkDataset({ ...good, ...change })).toThrow(expect.objectContaining({ code: "data", message }));
});

/** What JavaScript lets through, where no compiler was asked. */
const untyped: Record<string, [unknown, string]> = {
  "no data": [{}, "expected a data set with train and test, got {}"],
  "a part of a data set": [good.test, "expected a data set with train and test, got images, labels"],
  "no test images": [{ ...good, test: undefined }, "test images: expected a tensor, got undefined"],
  "no labels": [{ ...good, train: { images: images(3) } }, "train labels: expected a tensor, got undefined"],
  "labels in an array": [
    { ...good, train: { images: images(3), labels: [0, 2, 1] } },
    "train labels: expected numbers in a typed array, got undefined",
  ],
  "images whose numbers are fewer than their shape says": [
    { ...good, train: { ...good.train, images: { dtype: "uint8", shape: [3, 3, 1, 2], data: new Uint8Array(3) } } },
    "train images: shape [3,3,1,2] holds 18 numbers, got 3",
  ],
  "images of another array than their dtype": [
    { ...good, train: { ...good.train, images: { ...images(3), dtype: "uint8" } } },
    "train images: expected uint8 in Uint8Array, got Float32Array",
  ],
  "no normalization": [
    { ...good, normalization: undefined },
    "normalization: expected scale, mean and std, or null, got nothing",
  ],
  "a normalization without a std": [
    { ...good, normalization: { scale: 1, mean: [0, 0, 0] } },
    "normalization: std: expected array, got nothing",
  ],
};

test.each(Object.entries(untyped))("%s is refused", (_, [data, message]) => {
  expect(() => checkDataset(data as Dataset)).toThrow(expect.objectContaining({ code: "data", message }));
});
