import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { AdsamError } from "../../src/errors.ts";
import { isAtLeast } from "../../src/torch/environment/version.ts";
import {
  environmentIsCurrent,
  findPython,
  inspectPython,
  placeOf,
  requireHealthy,
} from "../../src/torch/environment.ts";
import { bareEnvironment } from "./bare-environment.ts";

const folder = mkdtempSync(join(tmpdir(), "adsam-environment-"));
afterAll(() => rmSync(folder, { recursive: true }));

function program(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

async function failureOf(path: string): Promise<AdsamError> {
  const report = await inspectPython(path, { timeoutMs: 10_000 });
  try {
    requireHealthy(report);
  } catch (error) {
    if (error instanceof AdsamError) return error;
    throw error;
  }
  throw new Error(`${path} was found healthy`);
}

describe("inspectPython", () => {
  it("reads the versions of what is installed", async () => {
    const packages = { torch: "2.13.0+cpu", numpy: "2.4.6", safetensors: "0.8.0", pydantic: "2.14.3" };
    const report = await inspectPython(bareEnvironment(folder, "whole", packages));
    expect(report.packages).toEqual(packages);
    expect(report.version).toMatch(/^3\.\d+\.\d+$/);
    expect(report.problems).toEqual([]);
    expect(() => requireHealthy(report)).not.toThrow();
  });

  it("names everything that lacks, and how to install it", async () => {
    const python = bareEnvironment(folder, "bare");
    const error = await failureOf(python);
    expect(error.code).toBe("environment");
    expect(error.message).toBe(
      `the Python at ${python} cannot be used: no torch (expected torch >= 2.4); no numpy; no safetensors; no pydantic (expected pydantic >= 2)`,
    );
    expect(error.suggestion).toContain(`${python} -m pip install "torch>=2.4" "numpy" "safetensors" "pydantic>=2"`);
    expect(error.suggestion).toContain("npm run setup");
  });

  it("refuses a torch that is too old", async () => {
    const python = bareEnvironment(folder, "old", {
      torch: "1.8.0",
      numpy: "1.26.0",
      safetensors: "0.8.0",
      pydantic: "2.14.3",
    });
    const { problems } = await inspectPython(python);
    expect(problems.map(({ message }) => message)).toEqual(["expected torch >= 2.4, got torch 1.8.0"]);
  });

  it("takes nothing from the folder that it is called in", async () => {
    const python = bareEnvironment(folder, "shadowed");
    writeFileSync(join(folder, "json.py"), "raise SystemExit('imported')\n");
    const stay = process.cwd();
    process.chdir(folder);
    try {
      expect((await inspectPython(python)).version).not.toBeNull();
    } finally {
      process.chdir(stay);
      rmSync(join(folder, "json.py"));
    }
  });

  it.each([
    ["ends well and says nothing", "exit 0", "printed nothing"],
    ["says something else", "echo hello", 'printed "hello"'],
    ["fails", "echo no such option >&2; exit 4", "ended with exit code 4: no such option"],
    ["prints without end", "exec yes", "printed without end"],
  ])("tells a program that is no Python and %s", async (_, script, reason) => {
    const path = program("imposter", script);
    const error = await failureOf(path);
    expect(error.code).toBe("environment");
    expect(error.message).toBe(`expected a Python interpreter, got ${path}, which ${reason}`);
    expect(error.suggestion).toContain("npm run setup");
  });

  it.each(["/bin/true", "/bin/cat", "/nonexistent/python", tmpdir()])("tells that %s is no Python", async (path) => {
    const report = await inspectPython(path);
    expect(report.version).toBeNull();
    expect(report.problems[0]?.message).toContain(`expected a Python interpreter, got ${path}, which`);
  });

  it("gives up on a program that does not answer, even when its child holds on", async () => {
    const path = program("sleeper", "sleep 30");
    const report = await inspectPython(path, { timeoutMs: 200 });
    expect(report.problems[0]?.message).toContain("which did not answer within 0.2 s");
  });
});

describe("findPython", () => {
  let python: string;
  const empty = placeOf(join(folder, "empty"));
  beforeAll(() => {
    python = program("named", "exit 0");
  });
  afterEach(() => vi.unstubAllEnvs());

  it("takes the option before ADSAM_PYTHON, and that before the one set-up made", async () => {
    const other = program("other", "exit 0");
    vi.stubEnv("ADSAM_PYTHON", other);
    expect(await findPython({ python }, empty)).toEqual({ path: python, source: "option" });
    expect(await findPython({}, empty)).toEqual({ path: other, source: "ADSAM_PYTHON" });
    vi.stubEnv("ADSAM_PYTHON", "");
    await expect(findPython({}, empty)).rejects.toThrow("which is not there yet");
  });

  it("looks a bare name up in PATH", async () => {
    vi.stubEnv("PATH", folder);
    expect(await findPython({ python: "named" }, empty)).toEqual({ path: python, source: "option" });
    await expect(findPython({ python: "absent" }, empty)).rejects.toThrow(
      'got "absent", which no folder of PATH holds',
    );
  });

  it("refuses what cannot be executed", async () => {
    const text = join(folder, "text");
    writeFileSync(text, "", { mode: 0o644 });
    await expect(findPython({ python: text }, empty)).rejects.toThrow(`${text}, which is not executable`);
    await expect(findPython({ python: join(folder, "gone") }, empty)).rejects.toThrow("which does not exist");
    await expect(findPython({ python: "" }, empty)).rejects.toMatchObject({ code: "environment" });
  });

  it("points into a virtual environment that is named by its folder", async () => {
    const inside = bareEnvironment(folder, "folder");
    await expect(findPython({ python: join(folder, "folder") }, empty)).rejects.toMatchObject({
      message: `expected the option python to name a Python program, got the folder ${join(folder, "folder")}`,
      suggestion: `name ${inside}`,
    });
  });

  it("does not take an environment whose set-up was broken off", async () => {
    const project = join(folder, "half");
    mkdirSync(project);
    const place = placeOf(project);
    execFileSync("python3", ["-m", "venv", "--without-pip", place.venv]);
    vi.stubEnv("ADSAM_PYTHON", "");
    expect(environmentIsCurrent(place)).toBe(false);
    await expect(findPython({}, place)).rejects.toMatchObject({
      message: expect.stringContaining("is unfinished or damaged"),
      suggestion: expect.stringContaining("npm run setup"),
    });
  });
});

describe("placeOf", () => {
  it("is in the clone itself", () => {
    expect(placeOf("/home/me/clone/").venv).toBe("/home/me/clone/.adsam/venv");
    expect(placeOf("/home/me/clone").setupCommand).toBe("npm run setup");
  });

  it.each([
    "/home/me/project/node_modules/adversarial-sampling/",
    "/home/me/project/node_modules/.store/a@1/node_modules/a",
  ])("is in the project that installed %s", (installed) => {
    expect(placeOf(installed).python).toBe("/home/me/project/.adsam/venv/bin/python");
    expect(placeOf(installed).setupCommand).toBe("npx adsam setup");
  });
});

it.each([
  ["2.13.0+cpu", "2.2", true],
  ["2.2.0rc1", "2.2", true],
  ["2.1.2", "2.2", false],
  ["1.13.1", "2.2", false],
  ["10.0", "2", true],
  ["3.9.18", "3.10", false],
  ["unknown", "2", false],
])("%s is at least %s: %s", (version, oldest, expected) => {
  expect(isAtLeast(version, oldest)).toBe(expected);
});
