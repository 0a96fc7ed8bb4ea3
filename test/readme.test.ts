import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");

test("the README's example runs as it stands", async () => {
  const code = /```ts\n(.*?)```/s.exec(readFileSync(join(root, "README.md"), "utf8"))?.[1] ?? "";
  expect(code.trim().split("\n").length).toBeLessThanOrEqual(11);
  // In the repository, where the package's own name leads to what was built.
  const path = join(root, `readme-example-${process.pid}.mts`);
  await writeFile(path, code);
  try {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", path], {
      encoding: "utf8",
      cwd: root,
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const lines = stdout.trim().split("\n");
    expect(lines.filter((line) => /^\d+ [\d.]+ -?[\d.e-]+$/.test(line))).toHaveLength(15);
    expect(stdout).toMatch(/accuracy: 0\.\d+/);
  } finally {
    await rm(path);
  }
});
