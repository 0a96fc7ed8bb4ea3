import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { AdsamError } from "../../src/errors.ts";
import { Folders } from "../../src/torch/folders.ts";

const run = promisify(execFile);
const parent = mkdtempSync(join(tmpdir(), "adsam-folders-"));
afterAll(() => rmSync(parent, { recursive: true }));

function folder(name: string): string {
  const path = join(parent, name);
  mkdirSync(path);
  return path;
}

describe("a session's folders", () => {
  test("are in each place that may be written, and gone afterwards", async () => {
    const [first, second] = [folder("first"), folder("second")];
    const folders = await Folders.make([first, join(parent, "nowhere"), first, second]);
    expect(folders.paths.map(dirname)).toEqual([first, second]);
    await folders.write(10, (path) => writeFile(path, "tensors"));
    expect(readdirSync(folders.paths[0])).toHaveLength(1);
    await folders.remove();
    expect([...readdirSync(first), ...readdirSync(second)]).toEqual([]);
  });

  test("are refused where nothing may be written", async () => {
    const nowhere = join(parent, "nowhere");
    await expect(Folders.make([nowhere])).rejects.toMatchObject({
      code: "environment",
      message: expect.stringContaining(nowhere),
      suggestion: expect.stringContaining("TMPDIR"),
    });
  });

  test("are tried one after the other when one proves full", async () => {
    const folders = await Folders.make([folder("full"), folder("free")]);
    const tried: string[] = [];
    const path = await folders.write(10, async (path) => {
      tried.push(dirname(path));
      if (tried.length === 1) throw new AdsamError("disk", "no room");
    });
    expect(tried).toEqual(folders.paths);
    expect(dirname(path)).toBe(folders.paths[1]);
    const full = folders.write(10, async () => {
      throw new AdsamError("disk", "no room");
    });
    await expect(full).rejects.toMatchObject({ code: "disk" });
    await folders.remove();
  });
});

const unshared = spawnSync("unshare", ["-m", "sh", "-c", "mount -t tmpfs tmpfs /dev/shm"]).status === 0;

describe.skipIf(!unshared)("with a /dev/shm of another kind (needs the right to mount one)", () => {
  const fixture = fileURLToPath(new URL("fixtures/large-tensors.ts", import.meta.url));

  test.each([
    ["small", "size=1m", ["/dev/shm", "TMPDIR"]],
    ["read-only", "ro", ["TMPDIR"]],
  ])("that is %s, tensors go to TMPDIR", async (name, options, expected) => {
    const TMPDIR = folder(name);
    const script = `mount -t tmpfs -o ${options} tmpfs /dev/shm && "$0" --import tsx "$1" && ls -A /dev/shm`;
    const { stdout } = await run("unshare", ["-m", "sh", "-c", script, process.execPath, fixture], {
      env: { ...process.env, TMPDIR },
    });
    const { shape, folders }: { shape: number[]; folders: string[] } = JSON.parse(stdout); // of /dev/shm nothing is left
    expect(shape).toEqual([3000, 300]);
    expect(folders.map(dirname)).toEqual(expected.map((place) => (place === "TMPDIR" ? TMPDIR : place)));
    expect(readdirSync(TMPDIR).filter((left) => left.startsWith("adsam-"))).toEqual([]);
  });
});
