import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openRun, removeResult, runFiles, writeRecord } from "../../src/experiments/run-folder.ts";
import { jsonText } from "../../src/json.ts";
import { temporaryFolder } from "../temporary.ts";
import { record, result } from "./records.ts";

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

describe("openRun", () => {
  test("reads what was written, infinities intact", async () => {
    const folder = await temporaryFolder();
    await writeRecord(runFiles(folder).record, record);
    await writeRecord(runFiles(folder).result, result);
    expect(await openRun(folder)).toMatchObject({ folder, record, result });
    expect((await readdir(folder)).sort()).toEqual(["result.json", "run.json"]);
  });

  test("of a run that is going on has no result", async () => {
    const folder = await folderWith({ "run.json": JSON.stringify(record) });
    expect((await openRun(folder)).result).toBeNull();
    await writeRecord(runFiles(folder).result, result);
    await removeResult(runFiles(folder));
    expect((await openRun(folder)).result).toBeNull();
  });

  test.each([
    ["is no run's", {}, "is not the folder of a run: it has no run.json"],
    ["holds half a run.json", { "run.json": '{"format": 4, "ver' }, "run.json is damaged: expected a JSON document"],
    ["holds another program's run.json", { "run.json": "[]" }, "run.json: expected format 4, got none"],
    ["is of another version", { "run.json": JSON.stringify({ ...record, format: 5 }) }, "expected format 4, got 5"],
    [
      "holds a wrong value",
      { "run.json": JSON.stringify({ ...record, fit: { ...record.fit, ratio: 2 } }) },
      "run.json: fit.ratio: expected a number up to 1, got 2",
    ],
    [
      "holds an unknown field",
      { "run.json": JSON.stringify({ ...record, mood: "good" }) },
      "run.json: unknown field mood",
    ],
    [
      "holds a damaged result",
      { "run.json": JSON.stringify(record), "result.json": "" },
      "result.json is damaged: expected a JSON document",
    ],
  ])("refuses a folder that %s", async (_, files, message) => {
    const folder = await folderWith(files);
    await expect(openRun(folder)).rejects.toMatchObject({ code: "file", message: expect.stringContaining(message) });
  });

  test.each([2, 3])("reads what an earlier version wrote, in format %i", async (format) => {
    const { tags: _tags, notes: _notes, command: _command, environment: _environment, git: _git, ...then } = record;
    const folder = await folderWith({
      "run.json": JSON.stringify({ ...then, format }),
      "result.json": jsonText({ ...result, format }),
    });
    const read = await openRun(folder);
    expect(read.record).toEqual({ ...record, tags: [], command: [] });
    expect(read.result).toMatchObject({ format: 4, status: "finished" });
  });

  test("says that a folder is missing", async () => {
    const missing = join(await temporaryFolder(), "none");
    await expect(openRun(missing)).rejects.toMatchObject({ code: "file", message: expect.stringContaining(missing) });
  });
});
