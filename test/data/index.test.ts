import { join } from "node:path";
import { expect, test } from "vitest";
import { loadDataset } from "../../src/data/index.ts";
import { temporaryFolder } from "../temporary.ts";

test.each(["digits", "Digits"])("%s by name", async (name) => {
  expect((await loadDataset(name)).name).toBe("digits");
});

test.each([
  ["CIFAR-10", "CIFAR-10: expected data_batch_1.bin"],
  ["cifar-100", "CIFAR-100: expected train.bin"],
])("%s is looked for in its folder", async (name, message) => {
  const folder = await temporaryFolder();
  await expect(loadDataset(name, { folder })).rejects.toMatchObject({
    code: "file",
    message: expect.stringContaining(message),
  });
});

test("CIFAR without a folder", async () => {
  await expect(loadDataset("cifar-10")).rejects.toMatchObject({
    code: "usage",
    message: "CIFAR-10 needs the folder that its files lie in",
  });
});

test("a path", async () => {
  const path = join(await temporaryFolder(), "none.safetensors");
  await expect(loadDataset(path)).rejects.toMatchObject({
    code: "file",
    message: `cannot read ${path}: there is no such file`,
  });
});

test.each([
  ["digit", 'unknown data set "digit": did you mean digits?'],
  ["cifer10", 'unknown data set "cifer10": did you mean CIFAR-10?'],
])("%s is a misspelt name", async (name, message) => {
  await expect(loadDataset(name)).rejects.toMatchObject({ code: "usage", message });
});

test("an option that it has not is refused", async () => {
  const options = { limit: 200 };
  await expect(loadDataset("digits", options as never)).rejects.toMatchObject({
    code: "usage",
    message: "loadDataset: unknown field limit: expected folder, resize, corrupt, holdOut, shape",
  });
});

test("an unknown name", async () => {
  await expect(loadDataset("mnist")).rejects.toMatchObject({
    code: "usage",
    message: 'unknown data set "mnist": expected digits, CIFAR-10, CIFAR-100, a path',
  });
});

test.each(["digits", "mine.safetensors"])("%s has no folder", async (name) => {
  await expect(loadDataset(name, { folder: "/data" })).rejects.toMatchObject({
    code: "usage",
    message: `${name} is read from no folder, got /data`,
  });
});
