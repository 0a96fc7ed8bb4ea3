import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { bareEnvironment } from "./bare-environment.ts";

const run = promisify(execFile);
const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "adsam-hosts-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("beside a pythonia of the user's own", () => {
  const python = bareEnvironment(folder, "theirs");

  test.each(["before", "after"])("that was loaded %s ours, each has its Python and ends alone", async (when) => {
    const program = ["--import", "tsx", fixture("beside-pythonia.ts"), when];
    const { stdout, stderr } = await run(process.execPath, program, { env: { ...process.env, PYTHON_BIN: python } });
    expect({ stdout, stderr }).toEqual({ stdout: python, stderr: "" });
  });
});

test("vitest's threads, vmThreads and vmForks hold sessions, one after the other", { timeout: 240_000 }, async () => {
  const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));
  const { stdout } = await run(process.execPath, [vitest, "run", "--config", fixture("pools/vitest.config.ts")], {
    env: { ...process.env, NO_COLOR: "1" },
  });
  expect(stdout).toMatch(/Tests\s+3 passed \(3\)/);
});
