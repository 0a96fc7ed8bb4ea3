import { join } from "node:path";
import { expect, test, vi } from "vitest";
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

test("a published data set without a folder is looked for where it would have been downloaded to", async () => {
  const folder = await temporaryFolder();
  vi.stubEnv("ADSAM_DATA", folder);
  await expect(loadDataset("cifar-10")).rejects.toMatchObject({
    code: "file",
    message: expect.stringMatching(/^CIFAR-10: expected .* in .*\/cifar-10$/),
    suggestion: expect.stringContaining("adsam data fetch cifar-10"),
  });
  vi.unstubAllEnvs();
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
  await expect(loadDataset("birds")).rejects.toMatchObject({
    code: "usage",
    message: 'unknown data set "birds": expected digits, CIFAR-10, CIFAR-100, SVHN, MNIST, FashionMNIST, a path',
  });
});

test.each(["digits", "mine.safetensors"])("%s has no folder", async (name) => {
  await expect(loadDataset(name, { folder: "/data" })).rejects.toMatchObject({
    code: "usage",
    message: `${name} is read from no folder, got /data`,
  });
});
