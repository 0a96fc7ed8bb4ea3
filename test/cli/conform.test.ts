import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../temporary.ts";

const root = resolve(import.meta.dirname, "../..");
const fixture = join(root, "test/fixtures/golden/layers.json");

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function conform(...options: string[]): Promise<Outcome> {
  const words = ["--import", "tsx", join(root, "src/cli/main.ts"), "conform", ...options];
  return new Promise((settle) => {
    const child = execFile(process.execPath, words, { cwd: root }, (_, stdout, stderr) => {
      settle({ code: child.exitCode, stdout, stderr });
    });
  });
}

async function folderOf(text: string): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "layers.json"), text);
  return folder;
}

describe("adsam conform", () => {
  test("prints one JSON document and nothing else, and exits with 0 when all pass", async () => {
    const folder = await folderOf(readFileSync(fixture, "utf8"));
    const { code, stdout, stderr } = await conform("--golden", folder, "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ passed: 11, failed: 0 });
  });

  test("shows progress and a table, and exits with 1 when a case fails", async () => {
    const folder = await folderOf(readFileSync(fixture, "utf8").replace("90.336620924263", "90.336720924263"));
    const { code, stdout, stderr } = await conform("--golden", folder);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^failed +layers\/conv-basic +1\.1e-6 {2}kl\n {4}kl: expected 90\.336720924263, got 90\.336620/,
    );
    expect(stdout).toMatch(/\nlayers: 10 of 11 passed, .*\n10 passed, 1 failed\n$/);
    expect(stderr).toMatch(/^1\/11 {2}failed .*\n/);
  });

  test("exits with 2 for a damaged file, a missing folder, and a missing option", async () => {
    const cut = await conform("--golden", await folderOf(readFileSync(fixture, "utf8").slice(0, 1000)), "--json");
    expect(cut.code).toBe(2);
    expect(JSON.parse(cut.stdout)).toMatchObject({
      error: { code: "data", message: expect.stringContaining("layers.json") },
    });
    const missing = await conform("--golden", join(root, "nowhere"));
    expect(missing).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("nowhere") });
    expect((await conform()).code).toBe(2);
  });
});
