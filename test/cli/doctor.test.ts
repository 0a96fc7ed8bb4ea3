import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { findPython } from "../../src/torch/environment.ts";
import { bareEnvironment, healthyPackages } from "../torch/bare-environment.ts";

const folder = mkdtempSync(join(tmpdir(), "adsam-doctor-"));
afterAll(() => rmSync(folder, { recursive: true }));

function doctor(...args: string[]) {
  const main = join(import.meta.dirname, "../../src/cli/main.ts");
  const command = ["--import", "tsx", main, "doctor", ...args];
  return spawnSync(process.execPath, command, { encoding: "utf8", env: { ...process.env, ADSAM_PYTHON: "" } });
}

it("finds a Python healthy that has what is needed", () => {
  const path = bareEnvironment(folder, "healthy", healthyPackages);
  const { status, stdout } = doctor("--json", "--python", path);
  expect(JSON.parse(stdout)).toMatchObject({
    healthy: true,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    python: { path, source: "option", packages: healthyPackages },
    // Its torch is a name alone.
    kernels: { by: "torch", reason: expect.stringContaining("No module named") },
    problems: [],
  });
  expect(status).toBe(0);
});

it("says what runs networks, and what computes for the twin", async () => {
  const { status, stdout } = doctor("--json", "--python", (await findPython({})).path);
  expect(JSON.parse(stdout)).toMatchObject({
    kernels: { by: "native", reason: "compiled for this processor" },
    tfjs: { engine: "native" },
  });
  expect(status).toBe(0);
});

it("says what lacks and the fix, and exits with 3", () => {
  const path = bareEnvironment(folder, "old", { ...healthyPackages, torch: "1.8.0" });
  const { status, stdout, stderr } = doctor("--python", path);
  expect(stdout).toContain(`${path} (named by --python)`);
  expect(stdout).toContain("problem: expected torch >= 2.4, got torch 1.8.0");
  expect(stdout).toContain(`${path} -m pip install "torch>=2.4"`);
  expect(stderr).toBe("");
  expect(status).toBe(3);
});

it("answers with one JSON document when there is no Python at all", () => {
  const { status, stdout, stderr } = doctor("--json", "--python", join(folder, "gone"));
  expect(JSON.parse(stdout)).toMatchObject({
    healthy: false,
    python: null,
    problems: [
      {
        message: `expected the option python to name a Python program, got ${join(folder, "gone")}, which does not exist`,
      },
    ],
  });
  expect(stderr).toBe("");
  expect(status).toBe(3);
});
