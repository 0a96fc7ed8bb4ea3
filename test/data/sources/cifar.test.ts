import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadDataset } from "../../../src/data/index.ts";
import { temporaryFolder } from "../../temporary.ts";

/** One record of the binary version: label bytes, then 1024 pixels each of red, green and blue. */
const record = (labels: number[], [red, green, blue]: readonly [number, number, number]) =>
  Uint8Array.from([labels, Array(1024).fill(red), Array(1024).fill(green), Array(1024).fill(blue)].flat());

async function writeCifar10(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let batch = 1; batch <= 5; batch++) {
    const records = [record([batch], [batch, 0, 255]), record([9 - batch], [7, 8, 9])];
    await writeFile(join(folder, `data_batch_${batch}.bin`), Buffer.concat(records));
  }
  await writeFile(join(folder, "test_batch.bin"), record([9], [1, 2, 3]));
}

async function writeCifar100(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "train.bin"), Buffer.concat([record([3, 99], [1, 2, 3]), record([19, 0], [4, 5, 6])]));
  await writeFile(join(folder, "test.bin"), record([0, 42], [255, 254, 253]));
}

test("CIFAR-10 in the folder itself", async () => {
  const folder = await temporaryFolder();
  await writeCifar10(folder);
  const { train, test: held, ...rest } = await loadDataset("CIFAR-10", { folder });
  expect(rest).toEqual({
    name: "CIFAR-10",
    classes: 10,
    normalization: { scale: 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  });
  expect(train.labels.data).toEqual(Uint8Array.of(1, 8, 2, 7, 3, 6, 4, 5, 5, 4));
  expect(train.images.shape).toEqual([10, 3, 32, 32]);
  // The third batch's first image: its first and last pixel of each channel.
  const start = 4 * 3072;
  expect([0, 1023, 1024, 2047, 2048, 3071].map((pixel) => train.images.data[start + pixel])).toEqual([
    3, 3, 0, 0, 255, 255,
  ]);
  expect(held.labels.data).toEqual(Uint8Array.of(9));
  expect(held.images.shape).toEqual([1, 3, 32, 32]);
  expect(held.images.data).toEqual(record([], [1, 2, 3]));
});

test("CIFAR-100, its fine labels, in the folder of the archive", async () => {
  const folder = await temporaryFolder();
  await writeCifar100(join(folder, "cifar-100-binary"));
  const { classes, train, test: held } = await loadDataset("CIFAR-100", { folder });
  expect(classes).toBe(100);
  expect(train.labels.data).toEqual(Uint8Array.of(99, 0));
  expect(train.images.data).toEqual(Uint8Array.from([...record([], [1, 2, 3]), ...record([], [4, 5, 6])]));
  expect(held.labels.data).toEqual(Uint8Array.of(42));
});

test("CIFAR-10 in the folder of the archive", async () => {
  const folder = await temporaryFolder();
  await writeCifar10(join(folder, "cifar-10-batches-bin"));
  expect((await loadDataset("CIFAR-10", { folder })).train.labels.shape).toEqual([10]);
});

test("missing files: which were looked for, and where", async () => {
  const folder = await temporaryFolder();
  await expect(loadDataset("CIFAR-100", { folder })).rejects.toMatchObject({
    code: "file",
    message: `CIFAR-100: expected train.bin, test.bin; or cifar-100-binary.tar.gz; or train, test; or cifar-100-python.tar.gz in ${folder}`,
  });
  await writeCifar10(folder);
  await writeFile(join(folder, "train.bin"), "");
  await expect(loadDataset("CIFAR-100", { folder })).rejects.toMatchObject({ code: "file" });
});

test("broken records", async () => {
  const folder = await temporaryFolder();
  await writeCifar100(folder);
  const path = join(folder, "test.bin");
  await writeFile(path, record([0, 1], [1, 2, 3]).subarray(1));
  await expect(loadDataset("CIFAR-100", { folder })).rejects.toMatchObject({
    code: "data",
    message: `${path}: expected records of 3074 bytes, got 3073 bytes`,
  });
  await writeFile(path, "");
  await expect(loadDataset("CIFAR-100", { folder })).rejects.toMatchObject({
    message: `${path}: expected records of 3074 bytes, got 0 bytes`,
  });
});

test("labels that are no class", async () => {
  const folder = await temporaryFolder();
  await writeCifar10(folder);
  const path = join(folder, "data_batch_4.bin");
  await writeFile(path, Buffer.concat([record([9], [0, 0, 0]), record([10], [0, 0, 0])]));
  await expect(loadDataset("CIFAR-10", { folder })).rejects.toMatchObject({
    code: "data",
    message: `${path}: the label of record 1 is 10, expected 0 to 9`,
  });
});
