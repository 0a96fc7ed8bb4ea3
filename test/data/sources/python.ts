import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { expect } from "vitest";

const root = resolve(import.meta.dirname, "../../..");

/** Runs a Python program in a folder; NumPy and this repository's packages are there. */
export function runPython(program: string, folder: string): void {
  const { status, stderr } = spawnSync(join(root, ".adsam/venv/bin/python"), ["-c", program], {
    cwd: folder,
    env: { ...process.env, PYTHONPATH: join(root, "python") },
  });
  expect(status, stderr.toString()).toBe(0);
}
