import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadDataset } from "../../src/data/index.ts";
import { packageRoot } from "../../src/package.ts";
import { plain, writeAll } from "../data/picture-files.ts";
import { temporaryFolder } from "../temporary.ts";
import { adsam, jsonLines } from "./adsam.ts";

const training = ["--backend", "tfjs", "--epochs", "1", "--batch", "4", "--samplings", "1", "--steps", "1"];

/** Dark and bright pictures, of several sizes. */
async function pictures(): Promise<string> {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 5; i++) {
    files[`dark/${i}.png`] = await plain(`rgb(${i},0,0)`, { width: 10 + i, height: 12 });
    files[`bright/${i}.jpg`] = await plain("white", { width: 12, height: 10 + i, format: "jpeg" });
  }
  return writeAll(await temporaryFolder(), files);
}

test("a folder of pictures is trained on, evaluated, and asked about by further pictures", {
  timeout: 120_000,
}, async () => {
  const folder = await pictures();
  const run = join(await temporaryFolder(), "run");
  const refused = await adsam(["train", "--data", folder, ...training]);
  expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining("(--resize 32)")]);
  const trained = await adsam(["train", "--data", folder, "--resize", "8", "--run", run, ...training]);
  expect(trained, trained.stderr).toMatchObject({ exitCode: 0 });
  const evaluated = await adsam(["evaluate", run, "--samples", "1", "--backend", "tfjs", "--json"]);
  expect(evaluated.exitCode, evaluated.stderr).toBe(0);
  expect(jsonLines(evaluated.stdout)[0]).toMatchObject({ images: 2 });
  const asked = ["predict", run, join(folder, "dark/0.png"), "--samples", "1", "--backend", "tfjs", "--json"];
  const predicted = await adsam(asked);
  expect(predicted.exitCode, predicted.stderr).toBe(0);
  expect(["bright", "dark"]).toContain(JSON.parse(predicted.stdout).images[0].className);
});

test("data describe says what is understood, and what is not", async () => {
  const folder = await writeAll(await pictures(), { "dark/notes.txt": "", "dark/bad.png": "no picture" });
  const told = await adsam(["data", "describe", folder, "--resize", "8"]);
  expect(told, told.stderr).toMatchObject({ exitCode: 0, stderr: "" });
  expect(told.stdout).toContain(
    "classes       2: bright, dark\nto train on   8, 4 of each class; 3 of them repeat another\n",
  );
  expect(told.stdout).toMatch(/^left out {6}\S*notes\.txt: no picture by its ending$/m);
  expect(told.stdout).toMatch(/^corrupt {7}\S*bad\.png: expected a picture, got /m);
  expect(told.stdout).toContain("training refuses the 1 corrupt ones, unless --corrupt skip is given");
  const { stdout } = await adsam(["data", "describe", "digits", "--json"]);
  expect(jsonLines(stdout)).toMatchObject([{ source: "digits", classes: 10, train: { images: 1437 }, leaked: 0 }]);
  const refused = await adsam(["data", "describe", folder]);
  expect([refused.exitCode, refused.stderr]).toEqual([
    2,
    expect.stringContaining("expected pictures of one size, got"),
  ]);
});

test("data without a command, and with one that there is not", async () => {
  expect(await adsam(["data"])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("describe") });
  expect(await adsam(["data", "descibe"])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("Did you mean describe?"),
  });
});

test("data fetch from a mirror: what is wrong is told, and nothing is left half-written", async () => {
  const server = createServer((_, response) => response.end("no archive"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const mirror = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`;
  const folder = await temporaryFolder();
  const { exitCode, stderr } = await adsam(["data", "fetch", "cifar10", "--mirror", mirror, "--data", folder]);
  expect([exitCode, stderr]).toEqual([
    2,
    expect.stringContaining(`${mirror}cifar-10-binary.tar.gz: expected a file whose MD5 is c32a1d4a`),
  ]);
  expect(await readdir(folder)).toEqual([]);
});

test("data corrupt writes files that NumPy and we read", async () => {
  const out = join(await temporaryFolder(), "shifted");
  const words = [
    "data",
    "corrupt",
    "digits",
    "--kind",
    "contrast,jpeg_compression",
    "--severity",
    "1,5",
    "--limit",
    "20",
    "--out",
    out,
  ];
  const { exitCode, stdout, stderr } = await adsam([...words, "--json"]);
  expect(exitCode, stderr).toBe(0);
  const names = ["contrast-1", "contrast-5", "jpeg_compression-1", "jpeg_compression-5"].map(
    (name) => `${name}.safetensors`,
  );
  expect(jsonLines(stdout).map(({ path }) => path)).toEqual(names.map((name) => join(out, name)));
  expect((await readdir(out)).sort()).toEqual(names);
  const { classes, test: held } = await loadDataset(join(out, names[0] ?? ""));
  expect([classes, held.images.shape.slice(1)]).toEqual([10, [3, 8, 8]]);
  const refused = await adsam(["data", "corrupt", "digits", "--severity", "6", "--out", out]);
  expect([refused.exitCode, refused.stderr]).toEqual([
    2,
    expect.stringContaining("--severity: expected a whole number from 1 to 5"),
  ]);
});

test("evaluate under shift", { timeout: 120_000 }, async () => {
  const run = join(await temporaryFolder(), "run");
  expect((await adsam(["train", "--limit", "40", "--run", run, ...training])).exitCode).toBe(0);
  const asked = ["evaluate", run, "--samples", "1", "--backend", "tfjs", "--json"];
  const shifted = await adsam([...asked, "--shift", "gaussian_noise:5"]);
  expect(shifted.exitCode, shifted.stderr).toBe(0);
  expect(jsonLines(shifted.stdout)).toMatchObject([{ dataset: "digits (gaussian_noise 5)", images: 360 }]);
  for (const [shift, message] of [
    ["fog,snow:3", "--shift: expected one kind and its severity, or kinds without severities, got fog,snow:3"],
    ["gausian_noise:3", '--shift: unknown corruption "gausian_noise": did you mean gaussian_noise?'],
  ] as const) {
    const { exitCode, stderr } = await adsam([...asked.slice(0, -1), "--shift", shift]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
  }
  const file = await adsam(["predict", run, "cat.png", "--shift", "contrast:1"]);
  expect([file.exitCode, file.stderr]).toEqual([
    2,
    expect.stringContaining("--shift corrupts test images of the data set, got cat.png"),
  ]);
});

/** Node as it is where a package was not installed. */
const withoutSharp = `import { register } from "node:module";
register("data:text/javascript," + encodeURIComponent(\`export async function resolve(name, context, next) {
  if (name === "sharp") throw new Error("Cannot find package 'sharp'");
  return next(name, context);
}\`));`;

test("without sharp pictures are refused with the command that installs it", async () => {
  const { optionalDependencies } = JSON.parse(await readFile(join(packageRoot, "package.json"), "utf8"));
  const folder = await pictures();
  const env = { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(withoutSharp)}"` };
  const { exitCode, stderr } = await adsam(["data", "describe", folder], { env });
  expect([exitCode, stderr]).toEqual([
    3,
    `error: reading, scaling and writing pictures needs the package sharp, which cannot be loaded\n  install it: npm install sharp@${optionalDependencies.sharp}\n`,
  ]);
  expect((await adsam(["data", "describe", "digits"], { env })).exitCode).toBe(0);
});
