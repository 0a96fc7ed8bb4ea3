import { existsSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolders } from "../../src/files.ts";
import { temporaryFolder } from "../temporary.ts";

test("makes the folder and those around it, and leaves one that is there", async () => {
  const folder = join(await temporaryFolder(), "a/b/c");
  await makeFolders(folder);
  await makeFolders(folder);
  expect(statSync(folder).isDirectory()).toBe(true);
});

test("a file in the way is refused", async () => {
  const file = join(await temporaryFolder(), "file");
  await writeFile(file, "");
  await expect(makeFolders(file)).rejects.toMatchObject({ code: "EEXIST" });
  await expect(makeFolders(join(file, "inside"))).rejects.toMatchObject({ code: "ENOTDIR" });
});

test.runIf(existsSync("/proc"))("a file system that makes none is refused, and not asked for ever", async () => {
  await expect(makeFolders("/proc/adsam/inside")).rejects.toMatchObject({ code: "ENOENT" });
});
