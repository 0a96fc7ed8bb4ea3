import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { expect } from "vitest";

const python = resolve(import.meta.dirname, "../../../.adsam/venv/bin/python");

/** Runs a Python program in a folder; NumPy is there. */
export function runPython(program: string, folder: string): void {
  const { status, stderr } = spawnSync(python, ["-c", program], { cwd: folder });
  expect(status, stderr.toString()).toBe(0);
}
