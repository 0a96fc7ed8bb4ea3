import { cp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Dataset } from "../../../src/data/dataset.ts";
import { understand } from "../../../src/data/understand.ts";
import { temporaryFolder } from "../../temporary.ts";
import { runPython } from "../sources/python.ts";

let cache: string;
let folder: string;
beforeEach(async () => {
  [cache, folder] = [join(await temporaryFolder(), "cache"), await temporaryFolder()];
  vi.stubEnv("ADSAM_CACHE", cache);
});
afterEach(() => vi.unstubAllEnvs());

const settled = () => sleep(2_100); // younger files may change within the same tick of the clock

/** A `.npz` file of 1.2 MB whose first pixel is `first`; stored, so that its size is always the same. */
async function write(first: number): Promise<string> {
  runPython(
    `import numpy as np\nimages = np.zeros((400, 32, 32, 3), np.uint8)\nimages[:, 0, 0, 0] = ${first}\nnp.savez("mine.npz", images=images, labels=np.arange(400) % 4)`,
    folder,
  );
  return join(folder, "mine.npz");
}

const firstPixel = ({ train }: Dataset) => train.images.data[0];
const entries = () => readdir(cache).catch(() => []);

test("what was read is kept in one file, and read from it as long as the source is what it was", async () => {
  const path = await write(7);
  await settled();
  const first = await understand(path, { holdOut: 0.25 });
  expect(await entries()).toHaveLength(1);
  const [entry = ""] = await entries();
  const text = await readFile(join(cache, entry), "latin1");
  await writeFile(join(cache, entry), text.replace("mine", "kept"), "latin1"); // to know it again
  const again = await understand(path, { holdOut: 0.25 });
  expect(again).toEqual({ ...first, dataset: { ...first.dataset, name: "kept" } });
  expect((await understand(path)).dataset.test.labels.shape).toEqual([80]); // other options
  expect(await entries()).toHaveLength(2);
});

test("a source that has changed is read anew, also where size and time say nothing of it", async () => {
  const path = await write(7);
  await settled();
  const { mtime, atime } = await stat(path);
  expect(firstPixel((await understand(path)).dataset)).toBe(7);
  await write(8);
  await utimes(path, atime, mtime);
  expect(firstPixel((await understand(path)).dataset)).toBe(8);
  await settled();
  expect(firstPixel((await understand(path)).dataset)).toBe(8);
  expect(await entries()).toHaveLength(1); // in the place of the old one
});

test("a source that has just been written is not kept: it may change within the same tick", async () => {
  await understand(await write(7));
  expect(await entries()).toEqual([]);
});

test("a kept file that is damaged is read anew and mended", async () => {
  const path = await write(7);
  await settled();
  await understand(path);
  const [entry = ""] = await entries();
  await writeFile(join(cache, entry), "half of it");
  expect(firstPixel((await understand(path)).dataset)).toBe(7);
  expect((await stat(join(cache, entry))).size).toBeGreaterThan(1_000_000);
});

test("off, and where nothing can be kept", async () => {
  const path = await write(7);
  await settled();
  vi.stubEnv("ADSAM_CACHE", "off");
  await understand(path);
  const file = join(folder, "no-folder");
  await writeFile(file, "");
  vi.stubEnv("ADSAM_CACHE", file);
  expect((await understand(path)).remarks.at(-1)).toMatch(/^not kept for the next time: cannot write .*no-folder/);
});

test("a folder of pictures: a picture more, or another one of the same name", async () => {
  const pictures = join(folder, "pictures");
  await cp(join(import.meta.dirname, "../../fixtures/pictures"), pictures, { recursive: true });
  await settled();
  const images = async () => (await understand(pictures, { resize: 200 })).dataset.train.labels.data.length;
  expect([await images(), await images(), await entries()]).toEqual([12, 12, [expect.any(String)]]);
  await cp(join(pictures, "spots/0.png"), join(pictures, "spots/more.png"));
  expect(await images()).toBe(13);
  await rm(join(pictures, "spots/more.png"));
  expect(await images()).toBe(12);
});
