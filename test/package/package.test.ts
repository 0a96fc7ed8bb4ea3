import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compiled, type Packed, pack, root } from "./packed.ts";

const run = promisify(execFile);

let packed: Packed;
beforeAll(async () => {
  packed = await pack();
}, 120_000);
afterAll(() => packed[Symbol.asyncDispose]());

describe.each(["typescript", "typescript-5-9"] as const)("%s", (compiler) => {
  test.each(["nodenext", "bundler"] as const)("accepts who uses torch and who matches, with %s", async (resolution) => {
    const files = ["torch.ts", "vitest.ts"];
    expect(await compiled(compiler, packed.folder, { files, resolution })).toEqual([]);
  });
});

/** What TensorFlow.js's own types ask for: browsers, and a Long that they do not import. */
const twin = { files: ["tfjs.ts"], resolution: "nodenext", lib: ["dom"], types: ["long"] } as const;

test("TypeScript 5.9 accepts who uses the twin", async () => {
  expect(await compiled("typescript-5-9", packed.folder, twin)).toEqual([]);
});

test("TypeScript 7 accepts who uses the twin, but for the WebGPU that TensorFlow.js declares once more", async () => {
  const found = await compiled("typescript", packed.folder, twin);
  expect(found.filter((line) => !/^\S*node_modules\/(@webgpu\/types|@typescript)\//.test(line))).toEqual([]);
});

test("who uses torch alone reads no declaration of TensorFlow.js", async () => {
  const torch = { files: ["torch.ts"], resolution: "nodenext" } as const;
  const read = await compiled("typescript", packed.folder, torch, "--listFilesOnly");
  expect(read.filter((path) => path.includes("adversarial-sampling/dist/")).length).toBeGreaterThan(10);
  expect(read.filter((path) => path.includes("@tensorflow"))).toEqual([]);
});

/** What a module of the package gives to Node. */
async function namesOf(module: string): Promise<unknown> {
  const program = `import * as all from "${module}"; console.log(JSON.stringify(Object.keys(all)))`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", program], { cwd: packed.folder });
  return JSON.parse(stdout);
}

describe("what is packed", () => {
  const files = () => readdirSync(packed.unpacked, { recursive: true, encoding: "utf8" }).sort();

  test("runs: each entry is what the source is, and the command answers", async () => {
    expect(await namesOf("adversarial-sampling")).toEqual(Object.keys(await import("../../src/index.ts")).sort());
    expect(await namesOf("adversarial-sampling/tfjs")).toEqual(
      Object.keys(await import("../../src/tfjs/index.ts")).sort(),
    );
    const command = await run(process.execPath, [join(packed.unpacked, "dist/cli/main.js"), "--version"]);
    expect(command.stdout.trim()).toBe(JSON.parse(await readFile(join(root, "package.json"), "utf8")).version);
  });

  test("has source maps that hold the sources, which are not packed", async () => {
    const maps = files().filter((path) => path.endsWith(".map"));
    expect(maps.length).toBeGreaterThan(100);
    for (const path of maps) {
      const { sources, sourcesContent } = JSON.parse(await readFile(join(packed.unpacked, path), "utf8"));
      expect(sourcesContent, path).toHaveLength(sources.length);
    }
  });

  test("has all of Python that runs, and nothing that only tests or builds need", () => {
    const python = files().filter((path) => path.startsWith("python/") && /\.\w+$/.test(path));
    const kept = readdirSync(join(root, "python"), { recursive: true, encoding: "utf8" })
      .filter((path) =>
        /^(adversarial_sampling|adsam_bridge|adsam_reference|adsam_bench)\/.*\.(py|h|cpp|typed)$/.test(path),
      )
      .map((path) => `python/${path}`);
    expect(python).toEqual([...kept, "python/pyproject.toml", "python/requirements.txt"].sort());
    expect(files().filter((path) => /^(test|scripts|src|\.)/.test(path))).toEqual([]);
  });
});
