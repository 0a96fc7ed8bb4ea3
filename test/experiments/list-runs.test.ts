import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compareRuns } from "../../src/experiments/compare-runs.ts";
import { listRuns, type RunFilter } from "../../src/experiments/list-runs.ts";
import type { RunRecord, RunResult } from "../../src/experiments/record.ts";
import { removeRun } from "../../src/experiments/remove-run.ts";
import { runFiles, writeRecord } from "../../src/experiments/run-folder.ts";
import { lockRun } from "../../src/experiments/run-lock.ts";
import { jsonText } from "../../src/json.ts";
import { temporaryFolder } from "../temporary.ts";
import { epoch, record, result, step } from "./records.ts";

async function write(folder: string, run: RunRecord, end?: RunResult): Promise<string> {
  await mkdir(folder, { recursive: true });
  const files = runFiles(folder);
  await writeRecord(files.record, run);
  await writeFile(files.events, [step, epoch].map((event) => `${jsonText(event)}\n`).join(""));
  if (end !== undefined) await writeRecord(files.result, end);
  return folder;
}

/** Three runs, the last one of them deeper down. */
async function threeRuns(): Promise<string> {
  const parent = await temporaryFolder();
  const later = { ...record, started: "2026-02-02T03:04:05.678Z", tags: ["first", "second"] };
  await write(join(parent, "b"), { ...later, fit: { ...record.fit, ratio: 0.5 } }, result);
  await write(join(parent, "a"), record);
  const data = { ...record.data, name: "CIFAR-10" };
  await write(
    join(parent, "sweep/c"),
    { ...record, started: "2026-03-02T03:04:05.678Z", data },
    {
      ...{ format: 4, ended: result.ended, status: "failed" },
      error: { code: "diverged", message: "loss became NaN", suggestion: null },
    },
  );
  return parent;
}

describe("listRuns", () => {
  test("tells how each run stands, the latest last", async () => {
    const parent = await threeRuns();
    const { runs, unreadable } = await listRuns(parent);
    expect(unreadable).toEqual([]);
    expect(runs.map(({ folder, status, epochs, failure }) => [folder, status, epochs, failure])).toEqual([
      [join(parent, "a"), "interrupted", 1, null],
      [join(parent, "b"), "finished", 1, null],
      [join(parent, "sweep/c"), "failed", 1, "loss became NaN"],
    ]);
    expect(runs[0]?.metrics).toMatchObject({ "train/accuracy": 0.5, seconds: 4 });
    await using _ = await lockRun(join(parent, "a"));
    expect((await listRuns(parent)).runs[0]?.status).toBe("running");
  });

  test.each<[RunFilter, string[]]>([
    [{ tags: ["second"] }, ["b"]],
    [{ tags: ["first", "second"] }, ["b"]],
    [{ tags: ["third"] }, []],
    [{ status: "failed" }, ["sweep/c"]],
    [{ dataset: "cifar-10" }, ["sweep/c"]],
    [{ model: "resnet20", status: "interrupted" }, ["a"]],
    [{ backend: "tfjs" }, []],
    [{ backend: "torch" }, ["a", "b", "sweep/c"]],
  ])("leaves those that are all of %j", async (filter, expected) => {
    const parent = await threeRuns();
    const { runs } = await listRuns(parent, filter);
    expect(runs.map(({ folder }) => folder)).toEqual(expected.map((name) => join(parent, name)));
  });

  test("names what it cannot read, and lists the others", async () => {
    const parent = await threeRuns();
    for (const [name, text] of Object.entries({ older: '{"format": 1}', broken: '{"format": 4', theirs: "[]" })) {
      await mkdir(join(parent, name));
      await writeFile(join(parent, name, "run.json"), text);
    }
    await writeFile(runFiles(join(parent, "a")).events, "nonsense\n");
    const { runs, unreadable } = await listRuns(parent);
    expect(runs).toHaveLength(2);
    expect(unreadable.map(({ error }) => error.message).sort()).toEqual([
      expect.stringContaining("a/events.jsonl:1: expected a JSON document"),
      expect.stringContaining("broken/run.json is damaged"),
      expect.stringContaining("older/run.json: expected format 4, got 1"),
      expect.stringContaining("theirs/run.json: expected format 4, got none"),
    ]);
  });

  test("of a run that has only begun has no numbers", async () => {
    const parent = await temporaryFolder();
    await writeRecord(runFiles(parent).record, record);
    expect((await listRuns(parent)).runs).toMatchObject([{ folder: parent, epochs: 0, metrics: {} }]);
  });

  test("refuses a folder that is not there", async () => {
    const none = join(await temporaryFolder(), "none");
    await expect(listRuns(none)).rejects.toMatchObject({ code: "file", message: expect.stringContaining(none) });
  });
});

test("compareRuns tells where runs differ, and of that alone", async () => {
  const parent = await threeRuns();
  const { runs, differences } = await compareRuns(["a", "b", "sweep/c"].map((name) => join(parent, name)));
  expect(runs.map(({ status }) => status)).toEqual(["interrupted", "finished", "failed"]);
  expect(differences).toEqual([
    { option: "fit.ratio", values: [0.8, 0.5, 0.8] },
    { option: "data.name", values: ["digits", "digits", "CIFAR-10"] },
  ]);
});

describe("removeRun", () => {
  test("removes a run, and its folder with it", async () => {
    const parent = await threeRuns();
    await removeRun(join(parent, "a"));
    expect((await readdir(parent)).sort()).toEqual(["b", "sweep"]);
  });

  test("leaves what is not the run's", async () => {
    const folder = join(await threeRuns(), "a");
    await writeFile(join(folder, "thesis.txt"), "mine");
    await removeRun(folder);
    expect(await readdir(folder)).toEqual(["thesis.txt"]);
    await expect(removeRun(folder)).rejects.toMatchObject({ code: "file" });
    expect(await readFile(join(folder, "thesis.txt"), "utf8")).toBe("mine");
  });

  test("refuses a run that is going on", async () => {
    const folder = join(await threeRuns(), "a");
    await using _ = await lockRun(folder);
    await expect(removeRun(folder)).rejects.toMatchObject({ message: expect.stringContaining("is in use") });
    expect(await readdir(folder)).toContain("run.json");
  });
});
