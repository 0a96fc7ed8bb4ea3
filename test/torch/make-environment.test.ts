import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { wishedBuild } from "../../src/torch/environment/build.ts";
import { environmentIsCurrent, findPython, makeEnvironment, nvidiaGpus, placeOf } from "../../src/torch/environment.ts";

const folder = mkdtempSync(join(tmpdir(), "adsam-make-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const packages = { torch: "2.13.0", numpy: "2.4.6", safetensors: "0.8.0", pydantic: "2.14.3" };

/** Writes wheels that hold nothing but their names, so that the real pip installs them at once and from nowhere else. */
const wheels = `
import sys, zipfile
folder = sys.argv[1]
for name, version in (item.split("==") for item in sys.argv[2:]):
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(f"{folder}/{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
`;

function project(name: string, offered: readonly string[], wanted: readonly string[]) {
  const root = join(folder, name);
  mkdirSync(join(root, "python"), { recursive: true });
  mkdirSync(join(root, "wheels"));
  execFileSync("python3", ["-c", wheels, join(root, "wheels"), ...offered]);
  const options = ["--no-index", `--find-links ${join(root, "wheels")}`];
  writeFileSync(join(root, "python/requirements.txt"), [...options, ...wanted, ""].join("\n"));
  vi.stubEnv("PIP_CONFIG_FILE", "/dev/null");
  vi.stubEnv("PIP_FIND_LINKS", undefined);
  return placeOf(root);
}

const pins = Object.entries(packages).map(([name, version]) => `${name}==${version}`);

/** Puts a driver's program in front of the machine's own. */
function stubDriver(name: string, script: string): void {
  const bin = join(folder, name);
  mkdirSync(bin);
  writeFileSync(join(bin, "nvidia-smi"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv("PATH", `${bin}${delimiter}${process.env.PATH}`);
}

describe.runIf(process.platform === "linux")("the build of torch", () => {
  it("is any but the CPU's where there is a GPU", async () => {
    stubDriver("gpu", "echo 'GPU 0: NVIDIA H200 (UUID: GPU-1234)'; echo 'GPU 1: NVIDIA T4 (UUID: GPU-5678)'");
    expect(await nvidiaGpus()).toEqual(["NVIDIA H200", "NVIDIA T4"]);
    expect(await wishedBuild(project("with-gpu", [], pins).requirements)).toMatchObject({
      requirement: "torch!=2.13.0+cpu,==2.13.0",
      label: "torch 2.13.0 with CUDA for NVIDIA H200",
    });
  });

  it("is the CPU's where there is none", async () => {
    stubDriver("broken-driver", "echo 'no devices were found'; exit 6");
    expect(await nvidiaGpus()).toEqual([]);
    expect((await wishedBuild(project("without-gpu", [], pins).requirements))?.requirement).toBe("torch==2.13.0+cpu");
  });

  it("is left to pip where torch is not pinned", async () => {
    expect(await wishedBuild(project("unpinned", [], ["torch"]).requirements)).toBeUndefined();
  });
});

describe("makeEnvironment", () => {
  it("makes an environment once, and again when a package is lost or other ones are asked for", async () => {
    vi.stubEnv("ADSAM_PYTHON", "");
    stubDriver("no-gpu", "exit 9");
    const place = project("whole", pins, pins);
    const lines: string[] = [];
    const onLine = (line: string) => lines.push(line);

    expect(await makeEnvironment({ onLine }, place)).toEqual({ python: place.python, made: true });
    expect(lines[0]).toMatch(/^making .*\.adsam\/venv with Python 3\.\d+\.\d+$/);
    // The wheels here are of no particular build.
    if (process.platform === "linux") expect(lines[2]).toMatch(/^pip finds no CPU build of torch 2\.13\.0: taking/);
    expect(existsSync(place.lock)).toBe(false);
    expect(await findPython({}, place)).toEqual({ path: place.python, source: "setup" });

    lines.length = 0;
    expect(await makeEnvironment({ onLine, check: true }, place)).toEqual({ python: place.python, made: false });
    expect(lines).toEqual([]);

    execFileSync(place.python, ["-m", "pip", "uninstall", "--yes", "--quiet", "pydantic"]);
    expect((await makeEnvironment({}, place)).made).toBe(false);
    expect((await makeEnvironment({ check: true }, place)).made).toBe(true);

    expect(environmentIsCurrent(place)).toBe(true);
    appendFileSync(place.requirements[0] ?? "", "numpy==2.5.0\n");
    expect(environmentIsCurrent(place)).toBe(false);
  });

  it("tells pip's last words, and leaves nothing that counts as an environment", async () => {
    const place = project("missing", [], ["no-such-package==1.0"]);
    await expect(makeEnvironment({}, place)).rejects.toMatchObject({
      code: "environment",
      message: expect.stringContaining("No matching distribution found for no-such-package==1.0"),
      suggestion: expect.stringContaining("npm run setup"),
    });
    expect(environmentIsCurrent(place)).toBe(false);
    expect(existsSync(place.lock)).toBe(false);
  });

  it("refuses a base Python that is none", async () => {
    const place = project("baseless", [], []);
    await expect(makeEnvironment({ basePython: "/nonexistent/python" }, place)).rejects.toMatchObject({
      code: "environment",
      message: expect.stringContaining("/nonexistent/python could not be started (ENOENT)"),
      suggestion: expect.stringContaining("ADSAM_BASE_PYTHON"),
    });
    vi.stubEnv("ADSAM_BASE_PYTHON", "/bin/true");
    await expect(makeEnvironment({}, place)).rejects.toThrow("got: /bin/true is no Python");
    expect(existsSync(place.venv)).toBe(false);
  });

  it("refuses a folder that cannot be written", async () => {
    const root = join(folder, "file");
    mkdirSync(root);
    writeFileSync(join(root, ".adsam"), "in the way");
    await expect(makeEnvironment({}, placeOf(root))).rejects.toMatchObject({
      code: "environment",
      message: expect.stringContaining(`expected a folder to write in, got ${join(root, ".adsam")}`),
    });
  });
});
