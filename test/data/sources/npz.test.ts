import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadDataset } from "../../../src/data/index.ts";
import { understand } from "../../../src/data/understand.ts";
import { temporaryFolder } from "../../temporary.ts";
import { runPython } from "./python.ts";

/** What NumPy saves: `arrays` are the arguments of numpy.savez. */
async function saved(arrays: string, save = "savez"): Promise<string> {
  const folder = await temporaryFolder();
  runPython(`import numpy as np\nnp.${save}("mine.npz", ${arrays})`, folder);
  return join(folder, "mine.npz");
}

const ramp = "np.arange(2*4*5*3).reshape(2,4,5,3)";
const labels = "labels=np.array([0,1,0,1])";

test.each(["savez", "savez_compressed"])(
  "%s of the parts, channels last, with a third part that is told",
  async (save) => {
    const path = await saved(
      `train_images=${ramp}.astype(np.uint8), train_labels=np.array([[0],[1]],np.uint8), test_images=${ramp}[:1].astype(np.uint8), test_labels=np.array([[1]]), val_images=np.zeros(3)`,
      save,
    );
    const { dataset, leftOut } = await understand(path);
    expect(dataset).toMatchObject({ name: "mine", classes: 2, normalization: { scale: 255 } });
    expect(dataset.train.images.shape).toEqual([2, 3, 4, 5]);
    expect(Array.from(dataset.train.images.data.subarray(0, 3), Number)).toEqual([0, 3, 6]);
    expect([dataset.train.images.data[20], dataset.train.labels.shape]).toEqual([1, [2]]);
    expect(leftOut).toEqual([{ what: "val_images", why: "neither images nor labels of the parts", corrupt: false }]);
  },
);

test.each([
  ["whole numbers of more bytes", `images=np.arange(4*9).reshape(4,3,3).astype('>i4')`, "uint8", 1],
  ["floats of halves", "images=np.full((4,3,3),0.5,np.float16)", "float32", 0.5],
  ["floats of doubles, columns first", "images=np.asfortranarray(np.arange(36.).reshape(4,3,3))", "float32", 1],
])("images and labels alone: %s", async (_, images, dtype, second) => {
  const { train, test: held } = await loadDataset(await saved(`${images}, ${labels}`));
  expect([train.images.dtype, train.images.shape, held.images.shape]).toEqual([dtype, [2, 3, 3, 3], [2, 3, 3, 3]]);
  const first = [train, held].find(({ images: part }) => Number(part.data[0]) === 0 || second === 0.5);
  expect(first?.images.data[1]).toBe(second);
});

test("x_train and its fellows, as Keras has them", async () => {
  const parts =
    "x_train=np.zeros((2,4,4),np.uint8), y_train=np.array([0,1]), x_test=np.zeros((1,4,4),np.uint8), y_test=np.array([1])";
  expect((await loadDataset(await saved(parts))).train.images.shape).toEqual([2, 3, 4, 4]);
});

test.each<[string, string, RegExp]>([
  [
    "Python objects",
    "images=np.array([{}, 1], dtype=object), labels=np.array([0])",
    /images\.npy is of dtype '\|O', which is not read/,
  ],
  [
    "words as labels",
    "images=np.zeros((2,4,4),np.uint8), labels=np.array(['cat','dog'])",
    /labels\.npy is of dtype '<U3'/,
  ],
  ["other names", "a=np.zeros(3), b=np.zeros(2)", /expected images and labels, or .*, got a, b$/],
  [
    "fewer labels than images",
    "images=np.zeros((3,4,4),np.uint8), labels=np.array([0,1])",
    /expected as many labels as images \(3\), got 2$/,
  ],
  [
    "a label out of line",
    "images=np.zeros((4,4,4),np.uint8), labels=np.array([0,1,255,0])",
    /is 255, and no training image is of class 2$/,
  ],
  ["pixels above 255", `images=np.full((4,3,4,4),300), ${labels}`, /expected uint8 or float32, got int64$/],
  ["NaN", `images=np.full((4,3,4,4),np.nan,np.float32), ${labels}`, /image 0 holds NaN/],
  [
    "images of four channels",
    `images=np.zeros((4,8,8,4),np.uint8), ${labels}`,
    /expected shape \[N, 3, H, W\], got \[\d,8,8,4\]$/,
  ],
])("%s are refused", async (_, arrays, message) => {
  await expect(loadDataset(await saved(arrays))).rejects.toMatchObject({
    code: "data",
    message: expect.stringMatching(message),
  });
});

test("an archive that is cut short, or changed", async () => {
  const path = await saved(`images=np.zeros((4,4,4),np.uint8), ${labels}`);
  const whole = await readFile(path);
  await writeFile(path, whole.subarray(0, whole.length - 40));
  await expect(loadDataset(path)).rejects.toMatchObject({
    code: "data",
    message: `${path} is damaged: expected a zip archive`,
  });
  whole.writeUInt8(7, 180);
  await writeFile(path, whole);
  await expect(loadDataset(path)).rejects.toMatchObject({
    message: `${path} is damaged in images.npy: expected a zip archive`,
  });
});

test("scaled, where the images are pixels", async () => {
  const path = await saved(`images=np.full((4,6,6,3),9,np.uint8), ${labels}`);
  const { train } = await loadDataset(path, { resize: 8 });
  expect([train.images.shape, train.images.data.every((pixel) => pixel === 9)]).toEqual([[2, 3, 8, 8], true]);
  await expect(
    loadDataset(await saved(`images=np.zeros((4,6,6,3),np.float32), ${labels}`), { resize: 8 }),
  ).rejects.toMatchObject({
    message: "mine: expected uint8 pixels to scale, got float32 [2,3,6,6]",
  });
});
