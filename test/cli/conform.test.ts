import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../temporary.ts";
import { adsam } from "./adsam.ts";

const fixture = readFileSync(resolve(import.meta.dirname, "../fixtures/golden/layers.json"), "utf8");
const operations = resolve(import.meta.dirname, "../fixtures/python");

/** A folder with a file in it, and the file's path. */
async function written(name: string, text: string): Promise<{ folder: string; path: string }> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, name), text);
  return { folder, path: join(folder, name) };
}

describe("recorded numbers", () => {
  test("that all are what they should be: one JSON document and nothing else, and 0", async () => {
    const { folder } = await written("layers.json", fixture);
    const { exitCode, stdout, stderr } = await adsam(["conform", "--golden", folder, "--json"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ passed: 11, failed: 0 });
  });

  test("of which one is not: progress, a table, pages, and 1", async () => {
    const { folder } = await written("layers.json", fixture.replace("90.336620924263", "90.336720924263"));
    const pages = ["--junit", join(folder, "report.xml"), "--html", join(folder, "report.html")];
    const { exitCode, stdout, stderr } = await adsam(["conform", "--golden", folder, ...pages]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /^failed +layers\/conv-basic +1\.1e-6 {2}kl\n {4}kl: expected 90\.336720924263, got 90\.336620/,
    );
    expect(stdout).toMatch(/\nlayers: 10 of 11 passed, .*\n10 passed, 1 failed\n$/);
    expect(stderr).toMatch(/^1\/11 {2}failed .*\n/);
    expect(await readFile(join(folder, "report.xml"), "utf8")).toContain('failures="1"');
    expect(await readFile(join(folder, "report.html"), "utf8")).toContain("10 passed");
  });
});

test("pairs of the user's are judged, and the one that differs is named", async () => {
  const pair = (name: string, sign: number) => `{
    name: "${name}", torch: "matching:softplus", folder: ${JSON.stringify(operations)},
    tfjs: ({ x }) => tf.mul(tf.mul(one, tf.softplus(x)), ${sign}), cases: [{ id: "drawn", inputs: { x: { seed: 1, shape: [3] } } }],
  }`;
  const core = import.meta.resolve("@tensorflow/tfjs-core");
  const text = `import * as tf from "${core}";\nconst one = tf.scalar(1);\nexport const pairs = [${pair("same", 1)}, ${pair("negative", -1)}];`;
  const { path } = await written("my.pairs.mjs", text);
  const { exitCode, stdout } = await adsam(["conform", "--pairs", path, "--json"]);
  expect(JSON.parse(stdout).cases).toMatchObject([
    { suite: "pairs", id: "same-drawn", backend: "tfjs", status: "passed" },
    { suite: "pairs", id: "negative-drawn", backend: "tfjs", status: "failed" },
  ]);
  expect(exitCode).toBe(1);
});

describe("what is wrong with a command is said before any work, with 2", () => {
  test.each<[string, (here: string) => readonly string[], RegExp]>([
    ["nothing to do", () => [], /^error: expected one of --against, .*\n.*for example: adsam conform --against torch/],
    [
      "two works at once",
      () => ["--twins", "p.mjs", "--suite", "layers"],
      /^error: --suite cannot be given with --pairs\n/,
    ],
    ["a misspelt option", () => ["--against", "torch", "--suit", "layers"], /^error: .*--suit.*\n?.*--suite/],
    [
      "a missing folder",
      (here) => ["--golden", join(here, "nowhere")],
      /^error: expected a folder of golden files at .*nowhere/,
    ],
    ["a damaged golden file", (here) => ["--golden", here], /^error: layers\.json: expected JSON, /],
    [
      "a missing file of pairs",
      (here) => ["--pairs", join(here, "nowhere.mjs")],
      /^error: cannot load the pairs in .*nowhere\.mjs/,
    ],
    [
      "a report that cannot be written",
      (here) => ["--against", "torch", "--html", join(here, "no/report.html")],
      /^error: cannot write .*report\.html: there is no folder/,
    ],
    [
      "two reports in one file",
      () => ["--against", "torch", "--html", "r", "--junit", "r"],
      /^error: expected two files for --junit and --html, got r twice/,
    ],
  ])("%s", async (_, words, message) => {
    const { folder } = await written("layers.json", fixture.slice(0, 1000));
    const { exitCode, stdout, stderr } = await adsam(["conform", ...words(folder)]);
    expect(stderr).toMatch(message);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  });
});
