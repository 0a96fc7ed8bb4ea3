import { readdirSync, readlinkSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { placeOf, readLasting } from "../../src/files.ts";
import { temporaryFolder } from "../temporary.ts";

async function fileOf(text: string): Promise<string> {
  const path = join(await temporaryFolder(), "file");
  await writeFile(path, text);
  return path;
}

describe("bytes that were read to last", () => {
  test("have a place that stays when another file takes the name", async () => {
    const path = await fileOf("0123456789");
    const bytes = await readLasting(path);
    await writeFile(`${path}.new`, "abcdefghij");
    await rename(`${path}.new`, path);
    const place = await placeOf(bytes.subarray(3, 7));
    expect(place?.offset).toBe(3);
    expect(await readFile(place?.path ?? "", "utf8")).toBe("0123456789");
  });

  test("have none where memory or file was written to, and others never have", async () => {
    const path = await fileOf("0123456789");
    const bytes = await readLasting(path);
    bytes[5] = 0;
    expect(await placeOf(bytes)).toBeUndefined();
    expect(await placeOf(bytes.subarray(0, 5))).toMatchObject({ offset: 0 });
    await writeFile(path, "01"); // in place, and shorter
    expect(await placeOf(bytes.subarray(0, 5))).toBeUndefined();
    expect(await placeOf(new Uint8Array(5))).toBeUndefined();
  });

  test("let go of their file when nobody has them any more", async () => {
    const path = await fileOf("0123456789");
    const open = () => readdirSync("/proc/self/fd").filter((fd) => targetOf(fd) === path).length;
    expect((await readLasting(path)).length).toBe(10);
    expect(open()).toBe(1);
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    await expect
      .poll(async () => {
        collect();
        await sleep(10);
        return open();
      })
      .toBe(0);
  });

  test("are refused as others are", async () => {
    const missing = join(await temporaryFolder(), "nothing");
    await expect(readLasting(missing)).rejects.toMatchObject({
      code: "file",
      message: expect.stringContaining(missing),
    });
  });
});

/** Those that only the listing itself had open are gone by now. */
function targetOf(descriptor: string): string | undefined {
  try {
    return readlinkSync(join("/proc/self/fd", descriptor));
  } catch {
    return undefined;
  }
}
