import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Split } from "../../../src/data/dataset.ts";
import { loadDataset } from "../../../src/data/index.ts";
import { understand } from "../../../src/data/understand.ts";
import { numbers } from "../../../src/tensor/numbers.ts";
import { temporaryFolder } from "../../temporary.ts";
import { plain, writeAll } from "../picture-files.ts";

/** The first pixel's red of each image, and its label. */
const seen = ({ images, labels }: Split) =>
  Array.from(numbers(labels), (label, i) => [
    Number(images.data[(i * images.data.length) / labels.data.length]),
    label,
  ]);

const grey = (value: number, size = {}) => plain(`rgb(${value},${value},${value})`, size);

test("a folder of pictures for each class: classes take turns, and a part of each is held out", async () => {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 10; i++) files[`cat/${i}.png`] = await grey(10 + i);
  for (let i = 0; i < 5; i++) files[`bird/deep/${i}.png`] = await grey(100 + i);
  const folder = await writeAll(await temporaryFolder(), files);
  const { dataset, remarks, leftOut } = await understand(folder);
  expect(dataset).toMatchObject({ classes: 2, classNames: ["bird", "cat"], normalization: { scale: 255 } });
  expect([dataset.train.images.shape, dataset.test.images.shape]).toEqual([
    [12, 3, 8, 8],
    [3, 3, 8, 8],
  ]);
  expect(Array.from(dataset.train.labels.data, Number).slice(0, 4).sort()).toEqual([0, 0, 1, 1]);
  for (const [value = 0, label] of [...seen(dataset.train), ...seen(dataset.test)])
    expect(label).toBe(value < 100 ? 1 : 0);
  expect(remarks).toEqual(["nothing says what to test on: 0.2 of each class is held out, the same images each time"]);
  expect(leftOut).toEqual([]);
  expect(await loadDataset(folder)).toEqual(dataset);
  expect((await loadDataset(folder, { holdOut: 0.5 })).test.labels.shape).toEqual([8]);
});

test("folders to train on and to test on; what is none of the classes is told", async () => {
  const folder = await writeAll(await temporaryFolder(), {
    "train/b/1.png": await grey(1),
    "train/a/2.JPG": await plain("black", { format: "jpeg" }),
    "train/a/notes.txt": "",
    "train/a/.DS_Store": "",
    "train/readme.md": "",
    "Val/a/3.webp": await plain("white", { format: "webp" }),
    "extra/a/4.png": await grey(4),
  });
  const { dataset, leftOut } = await understand(folder);
  expect(seen(dataset.train)).toEqual([
    [0, 0],
    [1, 1],
  ]);
  expect(seen(dataset.test)).toEqual([[255, 0]]);
  expect(leftOut).toEqual([
    { what: join(folder, "extra"), why: "beside the folder train", corrupt: false },
    { what: join(folder, "train/a/.DS_Store"), why: "hidden", corrupt: false },
    { what: join(folder, "train/a/notes.txt"), why: "no picture by its ending", corrupt: false },
    { what: join(folder, "train/readme.md"), why: "in no class's folder", corrupt: false },
  ]);
});

test("classes that are numbers are in the order of the numbers", async () => {
  const files = Object.fromEntries(
    await Promise.all([10, 9, 0].map(async (n) => [`${n}/a.png`, await grey(n)] as const)),
  );
  const { classNames } = await loadDataset(
    await writeAll(await temporaryFolder(), { ...files, "9/b.png": await grey(9) }),
  );
  expect(classNames).toEqual(["0", "9", "10"]);
});

test("corrupt pictures are refused, all of them by name, or left out where that is asked for", async () => {
  const folder = await writeAll(await temporaryFolder(), {
    "a/1.png": await grey(1),
    "a/2.png": (await grey(2)).subarray(0, 60),
    "a/3.png": await grey(3),
    "b/1.png": await grey(4),
    "b/2.jpg": "no picture",
    "b/3.png": await grey(6),
  });
  await expect(loadDataset(folder)).rejects.toMatchObject({
    code: "data",
    message: expect.stringMatching(/holds 2 pictures that cannot be read:\n {2}\S*a\/2\.png: .*\n {2}\S*b\/2\.jpg: /),
    suggestion: expect.stringContaining("--corrupt skip"),
  });
  const { dataset, leftOut } = await understand(folder, { corrupt: "skip" });
  expect(dataset.train.labels.data.length + dataset.test.labels.data.length).toBe(4);
  expect(leftOut.map(({ what, corrupt }) => [what, corrupt])).toEqual([
    [join(folder, "a/2.png"), true],
    [join(folder, "b/2.jpg"), true],
  ]);
});

test("pictures of several sizes are counted, and scaled where that is asked for", async () => {
  const folder = await writeAll(await temporaryFolder(), {
    "a/1.png": await grey(1),
    "a/2.png": await grey(2),
    "b/1.png": await grey(3, { width: 12, height: 10 }),
    "b/2.png": await grey(4),
  });
  await expect(loadDataset(folder)).rejects.toMatchObject({
    code: "data",
    message: expect.stringMatching(
      /expected pictures of one size, got 3 of 8x8 \(such as .*\), 1 of 12x10 \(such as .*b\/1\.png\)/,
    ),
  });
  expect((await loadDataset(folder, { resize: 6 })).train.images.shape.slice(1)).toEqual([3, 6, 6]);
});

test.each<[string, Record<string, string>, RegExp]>([
  ["no folder of a class", { "x.txt": "" }, /expected a folder of pictures for each of at least 2 classes, got none/],
  ["pictures alone", { "x.png": "", "y.png": "" }, /got 2 pictures and none/],
  ["one class", { "cat/x.png": "" }, /got one, cat/],
])("%s", async (_, files, message) => {
  await expect(loadDataset(await writeAll(await temporaryFolder(), files))).rejects.toMatchObject({
    code: "data",
    message: expect.stringMatching(message),
  });
});

test("a class without pictures, and one to test on that is not trained on", async () => {
  const folder = await writeAll(await temporaryFolder(), { "train/a/1.png": await grey(1), "train/b/x.txt": "" });
  await expect(loadDataset(folder)).rejects.toMatchObject({ message: expect.stringMatching(/got none of b$/) });
  await writeAll(folder, { "train/b/1.png": await grey(2), "test/c/1.png": await grey(3) });
  await expect(loadDataset(folder)).rejects.toMatchObject({
    message: expect.stringMatching(/test\/c: no class to train on is called c$/),
  });
});

test("more classes than a byte counts", async () => {
  const picture = await grey(1, { width: 1, height: 1 });
  const files = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`c${i}/1.png`, picture]));
  const { classes, train } = await loadDataset(
    await writeAll(await temporaryFolder(), { ...files, "c0/2.png": picture }),
  );
  expect([classes, train.labels.dtype, Number(train.labels.data.at(-1))]).toEqual([300, "int64", 299]);
});

test("links are followed, and one that leads nowhere is named", async () => {
  const [folder, elsewhere] = [await temporaryFolder(), await temporaryFolder()];
  await writeAll(elsewhere, { "a/1.png": await grey(1), "a/2.png": await grey(2) });
  await writeAll(folder, { "b/1.png": await grey(3) });
  await symlink(join(elsewhere, "a"), join(folder, "a"));
  expect((await loadDataset(folder)).classNames).toEqual(["a", "b"]);
  await symlink(join(elsewhere, "none.png"), join(folder, "b/2.png"));
  await expect(loadDataset(folder)).rejects.toMatchObject({
    code: "file",
    message: `cannot read ${join(folder, "b/2.png")}: there is no such file`,
  });
});
