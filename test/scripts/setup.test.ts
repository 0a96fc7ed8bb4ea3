import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bareEnvironment, healthyPackages } from "../torch/bare-environment.ts";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "adsam-setup-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A clone of the sources, as they are, that borrows the Node packages of this one. */
function clone(name: string): string {
  const copy = join(folder, name);
  const files = ["package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json"];
  for (const part of ["src", "python/requirements.txt", "scripts/setup.mjs", ...files]) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return copy;
}

function setUp(copy: string, env: NodeJS.ProcessEnv) {
  const options = { encoding: "utf8", env: { ...process.env, ...env } } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(copy, "scripts/setup.mjs")], options);
  expect(stdout).toBe("");
  return { status, said: stderr };
}

describe("set-up of a clone", () => {
  let copy: string;
  let ADSAM_PYTHON: string;
  beforeAll(() => {
    copy = clone("copy");
    ADSAM_PYTHON = bareEnvironment(folder, "healthy", healthyPackages);
  });
  const command = () => join(copy, "dist/cli/main.js");

  it("compiles the package once", () => {
    const first = setUp(copy, { ADSAM_PYTHON });
    expect(first.said).toMatch(/the compiled package: ready in \d/);
    expect(first.said).toContain(`everything is ready; Python is ${ADSAM_PYTHON}`);
    expect(first.status).toBe(0);
    expect(statSync(command()).mode & 0o111).toBe(0o111);
    expect(existsSync(join(copy, ".adsam/venv"))).toBe(false);

    const second = setUp(copy, { ADSAM_PYTHON });
    expect(second.said).toBe(`set-up: everything is ready; Python is ${ADSAM_PYTHON}\n`);
  });

  it("compiles again when a source changes, and keeps nothing of one that is gone", () => {
    const source = join(copy, "src/passing.ts");
    writeFileSync(source, "export const passing = 1;\n");
    setUp(copy, { ADSAM_PYTHON });
    expect(existsSync(join(copy, "dist/passing.js"))).toBe(true);
    rmSync(source);
    setUp(copy, { ADSAM_PYTHON });
    expect(existsSync(join(copy, "dist/passing.js"))).toBe(false);
  });

  it("shows what does not compile, and leaves the earlier build whole", () => {
    const source = join(copy, "src/wrong.ts");
    writeFileSync(source, 'export const wrong: number = "text";\n');
    const built = readFileSync(command(), "utf8");
    const { status, said } = setUp(copy, { ADSAM_PYTHON });
    rmSync(source);
    expect(status).toBe(1);
    expect(said).toContain("src/wrong.ts(1,14): error TS2322");
    expect(said).toContain("the package does not compile");
    expect(readFileSync(command(), "utf8")).toBe(built);
  });

  it("ends with 3 when the Python named lacks something", () => {
    const bare = bareEnvironment(folder, "bare");
    const { status, said } = setUp(copy, { ADSAM_PYTHON: bare });
    expect(status).toBe(3);
    expect(said).toContain(`the Python at ${bare} cannot be used: no torch (expected torch >= 2.4)`);
    expect(said).not.toContain("at file:");
  });
});

it("refuses a Node that is too old", () => {
  const copy = clone("future");
  const manifest = readFileSync(join(copy, "package.json"), "utf8");
  writeFileSync(join(copy, "package.json"), manifest.replace(/"node": ">=[^"]*"/, '"node": ">=99.1"'));
  const { status, said } = setUp(copy, {});
  expect(said).toContain(`expected Node 99.1 or later, got ${process.versions.node}`);
  expect(status).toBe(3);
});

it("installs the Node packages when one is not as the lock file says", () => {
  const copy = clone("stale");
  const lock = readFileSync(join(copy, "package-lock.json"), "utf8");
  const [, integrity = ""] = /"node_modules\/zod": \{[^}]*"integrity": "([^"]*)"/.exec(lock) ?? [];
  writeFileSync(join(copy, "package-lock.json"), lock.replace(integrity, "sha512-other"));
  const { status, said } = setUp(copy, { PATH: join(folder, "without-npm") });
  expect(said).toContain("set-up: Node packages …");
  expect(said).toContain("npm could not install the Node packages");
  expect(status).toBe(3);
});
