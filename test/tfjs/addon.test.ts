import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { buildAddon, canBuild, requireAvx } from "../../src/tfjs/engine/build.ts";
import { compiledIn } from "../../src/tfjs/engine/compile.ts";
import { inspectAddon } from "../../src/tfjs/engine/inspect.ts";
import { type AddonPlace, ownAddonPlace } from "../../src/tfjs/engine/place.ts";
import { detours, installPrebuilt } from "../../src/tfjs/engine/prebuilt.ts";
import { prepareAddon } from "../../src/tfjs/engine/prepare.ts";
import { addonIsCurrent } from "../../src/tfjs/engine/stamp.ts";
import { tensorflow } from "../../src/tfjs/engine/wheel.ts";
import { temporaryFolder } from "../temporary.ts";
import { copyTfjsNode } from "./tfjs-node-copy.ts";

afterEach(() => vi.unstubAllEnvs());

const pythons = ["python3"];
const onLine = () => {};
const downloaded = join(ownAddonPlace().cache, tensorflow.name);
const compiled = basename(compiledIn("", ownAddonPlace().tfjsNode));

/** Gives a place TensorFlow's libraries as downloaded by this project's set-up. */
function lend(place: AddonPlace): void {
  mkdirSync(place.cache, { recursive: true });
  cpSync(join(downloaded, "include"), join(place.cache, tensorflow.name, "include"), { recursive: true });
  mkdirSync(join(place.cache, tensorflow.name, "lib"));
  for (const name of ["LICENSE", ...readdirSync(join(downloaded, "lib")).map((library) => `lib/${library}`)]) {
    linkSync(join(downloaded, name), join(place.cache, tensorflow.name, name));
  }
}

/** Has a process of its own prepare the addon, and ends it as soon as it compiles. */
async function breakOff(place: AddonPlace): Promise<void> {
  const script = `
    const { prepareAddon } = await import("./src/tfjs/engine/prepare.ts");
    await prepareAddon({ onLine: (line) => process.stdout.write(line) }, ${JSON.stringify(place)});
  `;
  const command = ["--import", "tsx", "--input-type=module", "-e", script];
  const child = spawn(process.execPath, command, { cwd: join(import.meta.dirname, "../.."), detached: true });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  await new Promise((resolve) => child.stdout.once("data", resolve));
  process.kill(-(child.pid ?? Number.NaN), "SIGKILL");
  await ended;
}

const built = existsSync(downloaded) && existsSync(join(dirname(downloaded), compiled));

describe.runIf(canBuild && built)("the addon, from TensorFlow's libraries", () => {
  it("is built once, by one of those that want it, after one that was broken off", async () => {
    const place = copyTfjsNode(await temporaryFolder());
    lend(place);
    await breakOff(place);
    expect(existsSync(place.lock)).toBe(true);
    expect(await inspectAddon(place)).toEqual({ works: false, reason: "tfjs-node has no native addon yet" });

    const lines: string[] = [];
    const prepare = () => prepareAddon({ onLine: (line) => lines.push(line) }, place);
    const both = await Promise.all([prepare(), prepare()]);
    expect(both).toContainEqual({ ready: true, made: true });
    expect(both).toContainEqual({ ready: true, made: false });
    expect(lines.filter((line) => line === "compiling tfjs-node's addon")).toHaveLength(1);
    expect(addonIsCurrent(place)).toBe(true);
    expect(await inspectAddon(place)).toEqual({ works: true, tensorflow: "2.13.1" });
  });

  it("is put back from the cache when it is lost or damaged", async () => {
    const place = copyTfjsNode(await temporaryFolder());
    lend(place);
    linkSync(join(dirname(downloaded), compiled), join(place.cache, compiled));
    const lines: string[] = [];
    const prepare = () => prepareAddon({ onLine: (line) => lines.push(line) }, place);
    expect(await prepare()).toEqual({ ready: true, made: true });
    expect(addonIsCurrent(place)).toBe(true);
    expect(await prepare()).toEqual({ ready: true, made: false });

    rmSync(join(place.tfjsNode, "deps"), { recursive: true });
    writeFileSync(place.stamp, "another's");
    expect(await inspectAddon(place)).toMatchObject({ works: false, reason: expect.stringContaining("libtensorflow") });
    expect(await prepare()).toEqual({ ready: true, made: true });

    rmSync(place.addon);
    writeFileSync(place.addon, "damaged");
    expect(addonIsCurrent(place)).toBe(false);
    expect(await prepare()).toEqual({ ready: true, made: true });
    expect(lines).toEqual([]);
  });

  it("of an older version of this package is made afresh, another's is left alone", async () => {
    const place = copyTfjsNode(await temporaryFolder());
    lend(place);
    linkSync(join(dirname(downloaded), compiled), join(place.cache, compiled));
    expect(await prepareAddon({}, place)).toEqual({ ready: true, made: true });

    // The same addon with another ending: a file that loads, and is not the one that is made now.
    const older = Buffer.concat([readFileSync(place.addon), Buffer.from("older")]);
    const put = (path: string) => {
      rmSync(path, { force: true });
      writeFileSync(path, older);
    };
    put(place.addon);
    expect(await prepareAddon({}, place)).toEqual({ ready: true, made: false });
    expect(readFileSync(place.addon).equals(older)).toBe(true);

    put(join(place.cache, "tfjs_binding-0123456789ab.node"));
    expect(await prepareAddon({ check: true }, place)).toEqual({ ready: true, made: true });
    expect(readFileSync(place.addon).equals(readFileSync(join(place.cache, compiled)))).toBe(true);
  });

  it("tells the compiler's first error", async () => {
    const place = copyTfjsNode(await temporaryFolder());
    lend(place);
    writeFileSync(join(place.tfjsNode, "binding/tfjs_backend.cc"), "int wrong = text;\n");
    await expect(buildAddon(place, { pythons, onLine })).rejects.toMatchObject({
      code: "environment",
      message: expect.stringMatching(/^g\+\+ could not compile tfjs-node's addon: .*'text' was not declared/),
    });
    expect(existsSync(place.addon)).toBe(false);
  });
});

/** Has pip look in the folder `offered`, and nowhere else. */
function offer(folder: string): void {
  mkdirSync(join(folder, "offered"));
  vi.stubEnv("PIP_CONFIG_FILE", "/dev/null");
  vi.stubEnv("PIP_NO_INDEX", "1");
  vi.stubEnv("PIP_FIND_LINKS", join(folder, "offered"));
}

const emptyWheel = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    info = "tensorflow_cpu-2.13.1.dist-info"
    wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: tensorflow-cpu\\nVersion: 2.13.1\\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: false\\nTag: cp311-cp311-manylinux2014_x86_64\\n")
    wheel.writestr(f"{info}/RECORD", "")
`;

describe.runIf(canBuild)("TensorFlow's wheel", () => {
  it("is refused when it is not the one that is pinned", async () => {
    const folder = await temporaryFolder();
    const place = copyTfjsNode(folder);
    offer(folder);
    const wheel = join(folder, "offered/tensorflow_cpu-2.13.1-cp311-cp311-manylinux2014_x86_64.whl");
    execFileSync("python3", ["-c", emptyWheel, wheel]);
    await expect(buildAddon(place, { pythons, onLine })).rejects.toMatchObject({
      code: "environment",
      message: expect.stringMatching(
        /^expected tensorflow-cpu==2\.13\.1 with sha256 87be6e61.*97fe, got [0-9a-f]{64}$/,
      ),
    });
    expect(readdirSync(place.cache)).toEqual([]);
  });

  it("may not be had", async () => {
    const folder = await temporaryFolder();
    const place = copyTfjsNode(folder);
    offer(folder);
    await expect(buildAddon(place, { pythons, onLine })).rejects.toMatchObject({
      code: "environment",
      message: expect.stringContaining(
        "pip could not download tensorflow-cpu==2.13.1: ERROR: No matching distribution",
      ),
    });
    await expect(buildAddon(place, { pythons: ["/nonexistent/python"], onLine })).rejects.toThrow(
      "expected a Python with pip, got: /nonexistent/python could not be started (ENOENT)",
    );
  });
});

it("says in one line why there is none, and leaves nothing behind", async () => {
  const place = copyTfjsNode(await temporaryFolder());
  const manifest = join(place.tfjsNode, "package.json");
  writeFileSync(manifest, readFileSync(manifest, "utf8").replace(/"host": "[^"]*"/, '"host": "http://127.0.0.1:1/"'));
  vi.stubEnv("PATH", join(dirname(place.cache), "empty"));
  vi.stubEnv("CXX", "");
  for (const name of detours) vi.stubEnv(name, "");
  const noHost = "127.0.0.1:1, which has the official addon, does not answer";
  await expect(installPrebuilt(place, onLine)).rejects.toThrow(noHost);
  const noCompiler = "expected a C++ compiler, got g++, which could not be started (ENOENT) (install g++";
  const prepared = await prepareAddon({ onLine }, place);
  expect(prepared).toEqual({ ready: false, reason: expect.stringContaining(noHost) });
  if (canBuild) expect(prepared).toMatchObject({ reason: expect.stringContaining(noCompiler) });
  expect(existsSync(place.lock)).toBe(false);
  expect(addonIsCurrent(place)).toBe(false);
});

it("needs AVX", async () => {
  const folder = await temporaryFolder();
  const [without, having] = [join(folder, "without"), join(folder, "having")];
  writeFileSync(without, "processor : 0\nflags\t\t: fpu sse4_2 avx_vnni_not\nmodel : avx\n");
  writeFileSync(having, "processor : 0\nflags\t\t: fpu sse4_2 avx f16c\n");
  await expect(requireAvx(without)).rejects.toThrow("TensorFlow needs a processor with AVX, which this one lacks");
  await expect(requireAvx(having)).resolves.toBeUndefined();
});
