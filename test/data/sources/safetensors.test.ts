import { join } from "node:path";
import { expect, test } from "vitest";
import { loadDataset } from "../../../src/data/index.ts";
import { writeSafetensors } from "../../../src/safetensors.ts";
import { type NamedTensors, type Tensor, tensor } from "../../../src/tensor.ts";
import { temporaryFolder } from "../../temporary.ts";

const colour = {
  train_images: tensor(
    Uint8Array.from({ length: 24 }, (_, i) => i),
    [2, 3, 2, 2],
  ),
  train_labels: tensor(Uint8Array.of(0, 1)),
  test_images: tensor(new Uint8Array(12), [1, 3, 2, 2]),
  test_labels: tensor(BigInt64Array.of(1n)),
};

async function load(tensors: NamedTensors, metadata: Record<string, string> = {}) {
  const path = join(await temporaryFolder(), "mine.safetensors");
  await writeSafetensors(path, tensors, metadata);
  return loadDataset(path);
}

test("uint8 colour images, with nothing said about them", async () => {
  expect(await load(colour)).toEqual({
    name: "mine",
    classes: 2,
    train: { images: colour.train_images, labels: colour.train_labels },
    test: { images: colour.test_images, labels: colour.test_labels },
    normalization: { scale: 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  });
});

test.each<Tensor>([
  tensor(Int8Array.of(0, 1)),
  tensor(Uint16Array.of(0, 1)),
  tensor(Int16Array.of(0, 1)),
  tensor(Uint32Array.of(0, 1)),
  tensor(Int32Array.of(0, 1)),
  tensor(BigInt64Array.of(0n, 1n)),
  tensor(BigUint64Array.of(0n, 1n)),
])("labels of $dtype", async (labels) => {
  const { classes, train } = await load({ ...colour, train_labels: labels });
  expect(classes).toBe(2);
  expect(train.labels).toEqual(labels);
});

test.each<[string, NamedTensors, string]>([
  [
    "labels of halves",
    { train_labels: tensor(Uint16Array.of(0, 0), [2], "float16") },
    "expected integers, got float16",
  ],
  ["labels of bools", { train_labels: tensor(Uint8Array.of(0, 1), [2], "bool") }, "expected integers, got bool"],
  [
    "complex images",
    { train_images: tensor(new Float32Array(48), [2, 3, 2, 2], "complex64") },
    "expected uint8 or float32, got complex64",
  ],
])("%s are refused", async (_, changed, message) => {
  await expect(load({ ...colour, ...changed })).rejects.toMatchObject({
    code: "data",
    message: expect.stringContaining(message),
  });
});

test.each<[string, NamedTensors, string]>([
  [
    "one wrong label",
    { train_labels: tensor(Uint8Array.of(0, 255)) },
    "train_labels[1] is 255, and no training image is of class 1",
  ],
  [
    "a class that is missing",
    { train_labels: tensor(BigInt64Array.of(2n ** 40n, 0n)) },
    "train_labels[0] is 1099511627776, and no training image is of class 1",
  ],
  [
    "a negative label",
    { train_labels: tensor(BigInt64Array.of(0n, -1n)) },
    "train_labels[1] is -1, expected 0 or more",
  ],
  [
    "a class that only test images have",
    { test_labels: tensor(BigInt64Array.of(6n)) },
    "test_labels[0] is 6, and no training image is of class 2",
  ],
])("%s does not make classes that nobody stated", async (_, changed, message) => {
  await expect(load({ ...colour, ...changed })).rejects.toMatchObject({
    code: "data",
    message: expect.stringMatching(new RegExp(`mine\\.safetensors: ${message.replaceAll(/[[\]]/g, "\\$&")}$`)),
    suggestion: expect.stringContaining('metadata "classes"'),
  });
});

test("classes without images are stated", async () => {
  const labels = { train_labels: tensor(Uint8Array.of(0, 2)), test_labels: tensor(BigInt64Array.of(4n)) };
  expect((await load({ ...colour, ...labels }, { classes: "6" })).classes).toBe(6);
});

test.each([[[2, 1, 2]], [[2, 1, 1, 2]]])("float32 grey images %j, taken as they are", async (shape) => {
  const grey = {
    train_images: tensor(Float32Array.of(0.5, -1, 2, 3), shape),
    test_images: tensor(Float32Array.of(1, 2, 3, 4), shape),
  };
  const {
    train,
    test: held,
    normalization,
  } = await load({ ...colour, ...grey, test_labels: tensor(Uint8Array.of(0, 1)) });
  expect(normalization).toBeNull();
  expect(train.images).toEqual(tensor(Float32Array.of(0.5, -1, 0.5, -1, 0.5, -1, 2, 3, 2, 3, 2, 3), [2, 3, 1, 2]));
  expect(held.images.shape).toEqual([2, 3, 1, 2]);
});

test("metadata says it better", async () => {
  const normalization = { scale: 16, mean: [0.1, 0.2, 0.3], std: [1, 2, 3] };
  expect(await load(colour, { classes: "12", normalization: JSON.stringify(normalization) })).toMatchObject({
    classes: 12,
    normalization,
  });
  expect((await load(colour, { normalization: "null" })).normalization).toBeNull();
});

test.each([
  ["twelve", 'metadata classes: expected a number, got "twelve"'],
  ["-3", 'metadata classes: expected a number, got "-3"'],
  ["1", "expected at least 2 classes, got 1"],
])("classes %s is refused", async (classes, message) => {
  await expect(load(colour, { classes })).rejects.toMatchObject({
    code: "data",
    message: expect.stringContaining(message),
  });
});

test.each([
  ["{", "normalization: "],
  ['{"scale": 0, "mean": [0, 0, 0], "std": [1, 1, 1]}', "scale: expected a number above 0, got 0"],
  ['{"scale": 1, "mean": [0, 0, 0]}', "std: expected array, got nothing"],
  ['{"scale": 1, "mean": [0], "std": [1, 1, 1]}', "expected a mean for each of 3 channels, got 1"],
])("normalization %s is refused", async (normalization, message) => {
  await expect(load(colour, { normalization })).rejects.toMatchObject({
    code: "data",
    message: expect.stringContaining(message),
  });
});

test("a file that lacks a part", async () => {
  const { test_labels: _, ...rest } = colour;
  await expect(load(rest)).rejects.toMatchObject({
    code: "data",
    message: expect.stringMatching(
      /mine\.safetensors: expected images and labels, or train_images, train_labels, test_images and test_labels, got test_images, train_images, train_labels$/,
    ),
  });
});

test("what holds for every data set holds for a file", async () => {
  const images = tensor(Float32Array.of(0, Number.NaN), [2, 1, 1]);
  await expect(load({ ...colour, train_images: images })).rejects.toMatchObject({
    code: "data",
    message: "train images: image 1 holds NaN, expected finite numbers",
  });
});
