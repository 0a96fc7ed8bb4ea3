import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRun } from "../../../src/experiments/run-folder.ts";
import type { SweepEvent } from "../../../src/experiments/sweep/engine.ts";
import { readPlan } from "../../../src/experiments/sweep/plan.ts";
import { sweep } from "../../../src/experiments/sweep/sweep.ts";
import { csvOf, estimate } from "../../../src/experiments/sweep/table.ts";
import { temporaryFolder } from "../../temporary.ts";
import { digitsFile } from "../../tfjs/digits.ts";

async function written(value: unknown, folder?: string): Promise<string> {
  const path = join(folder ?? (await temporaryFolder()), "sweep.json");
  await writeFile(path, JSON.stringify(value));
  return path;
}

async function tinySweep() {
  const folder = await temporaryFolder();
  const train = {
    model: { initLogSigma: -3 },
    data: { name: await digitsFile(folder, 16, 4) },
    fit: { epochs: 4, batch: 8, steps: 1 },
    backend: { backend: "tfjs" },
  };
  return written({ train, grid: { "fit.ratio": [0, 0.8] }, seeds: [1, 2] }, folder);
}

test("takes each run once, goes on where it was broken off, and averages over seeds", async () => {
  const path = await tinySweep();
  const begun: string[] = [];
  const stop = new AbortController();
  const onEvent = (event: SweepEvent) => {
    if (event.kind === "begin") begun.push(`${event.run}${event.resumed ? " again" : ""}`);
    if (event.kind === "event" && begun.length === 2) stop.abort();
  };
  const broken = await sweep(path, { onEvent, signal: stop.signal });
  expect(broken.rows.flatMap(({ missing }) => missing)).toEqual([
    "ratio=0,seed=2",
    "ratio=0.8,seed=1",
    "ratio=0.8,seed=2",
  ]);
  const { folder, rows } = await sweep(path, { onEvent });
  expect(begun).toEqual([
    "ratio=0,seed=1",
    "ratio=0,seed=2",
    "ratio=0,seed=2 again",
    "ratio=0.8,seed=1",
    "ratio=0.8,seed=2",
  ]);
  expect(rows.map(({ options, finished }) => ({ options, finished }))).toEqual([
    { options: { "fit.ratio": 0 }, finished: ["ratio=0,seed=1", "ratio=0,seed=2"] },
    { options: { "fit.ratio": 0.8 }, finished: ["ratio=0.8,seed=1", "ratio=0.8,seed=2"] },
  ]);
  const losses = await Promise.all(
    ["ratio=0.8,seed=1", "ratio=0.8,seed=2"].map(async (name) => {
      const { result } = await openRun(join(folder, name));
      return result?.status === "finished" ? (result.train?.loss ?? Number.NaN) : Number.NaN;
    }),
  );
  expect(rows[1]?.metrics["train/loss"]).toEqual(estimate(losses));
  expect(await readFile(join(folder, "sweep.csv"), "utf8")).toBe(csvOf(rows));
  expect(JSON.parse(await readFile(join(folder, "sweep.result.json"), "utf8"))).toEqual({ rows });

  begun.length = 0;
  expect(await sweep(path, { onEvent })).toEqual({ folder, rows });
  expect(begun).toEqual([]);
  await rm(join(folder, "ratio=0,seed=1"), { recursive: true });
  await sweep(path, { onEvent });
  expect(begun).toEqual(["ratio=0,seed=1"]);

  const other = JSON.parse(await readFile(path, "utf8"));
  await writeFile(path, JSON.stringify({ ...other, train: { ...other.train, model: { initLogSigma: -4 } } }));
  await expect(sweep(path)).rejects.toMatchObject({
    code: "usage",
    message: `${join(folder, "ratio=0,seed=1")} holds a run of other options`,
  });
}, 120_000);

test("a run that fails stops no other, and is told", async () => {
  const path = await tinySweep();
  const file = JSON.parse(await readFile(path, "utf8"));
  await writeFile(path, JSON.stringify({ ...file, grid: { "data.limit": [999, 8] }, seeds: [1] }));
  const { rows } = await sweep(path, { jobs: 2 });
  expect(rows[0]?.failed).toEqual({ "limit=999,seed=1": expect.stringContaining("the training images, got 999") });
  expect(rows[1]?.finished).toEqual(["limit=8,seed=1"]);
}, 60_000);

test("draws are the same each time, in their range, and each has all points and seeds", async () => {
  const random = {
    count: 20,
    options: {
      "fit.learningRate": { from: 1e-4, to: 1e-1, scale: "log" },
      "fit.samplings": { from: 1, to: 3, whole: true },
      "model.kind": { choose: ["resnet20", "vgg11"] },
    },
  };
  const path = await written({ grid: { "fit.ratio": [0, 1] }, random, seeds: [1, 2] });
  const runs = await readPlan(path);
  expect(runs.length).toBe(80);
  expect(new Set(runs.map(({ name }) => name)).size).toBe(80);
  expect(await readPlan(path)).toEqual(runs);
  const rates = runs.map(({ config }) => config.fit?.learningRate ?? 0);
  expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-4);
  expect(Math.max(...rates)).toBeLessThanOrEqual(1e-1);
  expect(rates.filter((rate) => rate < 10 ** -2.5).length).toBeGreaterThan(20); // of 80, half expected
  expect(new Set(runs.map(({ config }) => config.fit?.samplings))).toEqual(new Set([1, 2, 3]));
  expect(new Set(runs.map(({ config }) => config.model?.kind))).toEqual(new Set(["resnet20", "vgg11"]));
});

test("names of folders hold no more than a file system takes, and stay apart", async () => {
  const runs = await readPlan(await written({ grid: { "data.name": ["a/b", "a:b"], notes: ["x".repeat(200), "y"] } }));
  const names = runs.map(({ name }) => name);
  expect(new Set(names).size).toBe(4);
  for (const name of names) expect(name).toMatch(/^[\w.=,+-]{1,120}$/);
});

test.each([
  [{ grid: { "fit.ratoi": [0] } }, "usage", /fit: unknown field ratoi: did you mean ratio\?/],
  [{ grid: { ratio: [0] } }, "usage", /unknown field ratio/],
  [{ grid: { "fit.ratio": [2] } }, "usage", /fit\.ratio: expected .*, got 2/],
  [{ grid: { "fit.ratio": [] } }, "file", /grid\.fit\.ratio: expected a list from 1 elements/],
  [{ grid: { "fit.seed": [1] } }, "usage", /fit\.seed: expected in seeds/],
  [{ grid: { folder: ["x"] } }, "usage", /a sweep names the folders/],
  [
    { grid: { "fit.ratio": [0] }, random: { count: 1, options: { "fit.ratio": { choose: [1] } } } },
    "usage",
    /fit\.ratio: expected in grid or in random, got both/,
  ],
  [{ random: { count: 1, options: { "fit.decay": { from: 0, to: 1, scale: "log" } } } }, "usage", /above 0 on a log/],
  [
    JSON.parse('{ "grid": { "fit.ratio": [0], "__proto__": [1, 2] } }'),
    "file",
    /grid\.__proto__: nothing can be called/,
  ],
  [JSON.parse('{ "grid": { "fit.noise": [{ "__proto__": 1 }] } }'), "file", /grid\.fit\.noise\.0\.__proto__: nothing/],
  [{ grid: { "fit.__proto__": [1] } }, "usage", /fit\.__proto__: nothing can be called __proto__/],
  [{ grid: { "fit.constructor": [1] } }, "usage", /fit: unknown field constructor/],
  [{ grid: {}, seeds: [1, 2] }, "file", /grid: expected at least one option, got \{\}/],
  [{ random: { count: 1, options: {} } }, "file", /random\.options: expected at least one option, got \{\}/],
  [{ train: { preset: "digits" } }, "usage", /expected grid, random or several seeds, in which runs differ, got none/],
  [{ gird: {} }, "file", /unknown field gird: did you mean grid\?/],
])("%j is refused before anything runs", async (value, code, message) => {
  await expect(sweep(await written(value))).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test("an estimate is the mean and its standard error", () => {
  expect(estimate([1])).toEqual({ mean: 1, standardError: null, runs: 1 });
  expect(estimate([1, 2, 3, 4])).toEqual({ mean: 2.5, standardError: Math.sqrt(5 / 3 / 4), runs: 4 });
});
