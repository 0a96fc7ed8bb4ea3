import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";

const root = resolve(import.meta.dirname, "..");
const python = join(root, ".adsam/venv/bin/python");
let copy: string;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "adsam-additions-"));
  const sources = ["src", "scripts", "schemas", "python", "package.json", "tsconfig.json", "biome.json", ".gitignore"];
  for (const name of sources) {
    await cp(join(root, name), join(copy, name), { recursive: true, filter: (path) => !path.includes("__pycache__") });
  }
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
});
afterAll(() => rm(copy, { recursive: true }));

/** Puts `text` before the one place where `anchor` stands. */
async function insert(path: string, anchor: string, text: string): Promise<void> {
  const before = await readFile(join(copy, path), "utf8");
  expect(before.split(anchor), `${path} holds ${anchor} once`).toHaveLength(2);
  await writeFile(
    join(copy, path),
    before.replace(anchor, () => text + anchor),
  );
}

function run(program: string, words: readonly string[], folder = copy): string {
  const { stdout, stderr, error } = spawnSync(program, words, { cwd: folder, encoding: "utf8" });
  if (error !== undefined) throw error;
  return stdout + stderr;
}

const binary = (name: string) => join(root, "node_modules/.bin", name);

/** The files in which TypeScript finds what lacks. */
function namedByTypeScript(): string[] {
  const lines = run(binary("tsc"), ["--noEmit", "--pretty", "false"]).split("\n");
  return [...new Set(lines.flatMap((line) => /^(\S+?)\(\d+,\d+\): error/.exec(line)?.[1] ?? []))].sort();
}

const diagnostics = z.object({ generalDiagnostics: z.array(z.object({ file: z.string(), severity: z.string() })) });

/** The files in which pyright finds what lacks. */
function namedByPyright(): string[] {
  const words = [
    "--pythonpath",
    python,
    "--outputjson",
    "adversarial_sampling",
    "adsam_bridge",
    "adsam_bench",
    "adsam_reference",
  ];
  const text = run(binary("pyright"), words, join(copy, "python"));
  const { generalDiagnostics } = diagnostics.parse(JSON.parse(text.slice(text.indexOf("{"))));
  const files = generalDiagnostics.filter(({ severity }) => severity === "error").map(({ file }) => file);
  return [...new Set(files.map((file) => file.slice(file.indexOf("/python/") + 1)))].sort();
}

// docs/adding.md tells of these.
test("the compilers name every place that lacks a new layer, family, backend, endpoint and command", async () => {
  await insert(
    "src/schema/models.ts",
    "export const modelSpec",
    `export const dropoutSpec = z
  .strictObject({ kind: z.literal("dropout"), rate: z.number(), ...prior, ...creation })
  .meta({ id: "DropoutSpec" });\n\n`,
  );
  await insert("src/schema/models.ts", "batchNorm2dSpec])", "dropoutSpec, ");
  await insert(
    "src/schema/architectures.ts",
    `  ])
  .meta({ id: "ArchitectureFacts" })`,
    `    z.strictObject({ family: z.literal("mlp"), ...images, depth: positiveCount }).meta({ id: "MlpFacts" }),\n`,
  );
  await insert(
    "src/schema/architectures.ts",
    "} as const satisfies",
    `  mlp3: { family: "mlp", channels: 3, side: 28, depth: 3 },\n`,
  );
  await insert("src/schema/backends.ts", `] as const;`, `, "jax"`);
  await insert(
    "src/schema/endpoints.ts",
    "  dispose: endpoint(",
    `  echo: endpoint(z.object({}).meta({ id: "EchoRequest" }), nothing),\n`,
  );
  await insert(
    "src/cli/commands.ts",
    "];",
    `  { usage: "added", description: "", load: async () => (await import("./added.ts")).added },\n`,
  );
  expect(run(binary("tsx"), ["scripts/generate-protocol.ts"])).toBe("");

  expect(namedByTypeScript()).toEqual([
    "src/cli/commands.ts", // the command's own file
    "src/cli/conform-work.ts", // the backend
    "src/conformance/bisect/backends.ts", // the layer
    "src/conformance/bisect/bisect.ts", // the family
    "src/conformance/golden/layer-arguments.ts", // the layer
    "src/conformance/suites/layers.ts", // the layer
    "src/conformance/suites/networks.ts", // the family
    "src/open.ts", // the backend
    "src/schema/models.ts", // how many weights the layer has
    "src/tfjs/models/build.ts", // the family
    "src/tfjs/models/single.ts", // the layer
  ]);
  expect(namedByPyright()).toEqual([
    "python/adsam_bench/networks.py", // the family
    "python/adsam_bridge/endpoints.py", // the endpoint
    "python/adsam_reference/network.py", // the layer
    "python/adversarial_sampling/models/build.py", // the layer and the family
  ]);
}, 300_000);
