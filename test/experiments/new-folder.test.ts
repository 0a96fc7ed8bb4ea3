import { mkdir, readdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  createRunFolder,
  defaultRunFolder,
  discardUnstartedRun,
  refuseFilledFolder,
} from "../../src/experiments/new-folder.ts";
import { openRun, runFiles } from "../../src/experiments/run-folder.ts";
import { temporaryFolder } from "../temporary.ts";
import { record } from "./records.ts";

describe("a new run's folder", () => {
  test("is named by model, data set and time", () => {
    const started = new Date("2026-01-02T03:04:05.678Z");
    expect(basename(defaultRunFolder("resnet20", "CIFAR-10", started))).toBe("resnet20-cifar-10-20260102-030405678Z");
    expect(basename(defaultRunFolder("vgg16", "/data/My.safetensors", started))).toMatch(/^vgg16-my-2026/);
  });

  test("may be missing or empty, and nothing else", async () => {
    const folder = await temporaryFolder();
    await refuseFilledFolder(folder);
    await refuseFilledFolder(join(folder, "none"));
    await mkdir(join(folder, "something"));
    await expect(refuseFilledFolder(folder)).rejects.toMatchObject({ code: "file", message: `${folder} is not empty` });
  });

  test("is no file", async () => {
    const path = join(await temporaryFolder(), "file");
    await writeFile(path, "");
    await expect(refuseFilledFolder(path)).rejects.toMatchObject({ code: "file" });
  });

  test("holds what the run is, and is held", async () => {
    const folder = join(await temporaryFolder(), "runs", "mine");
    await using _ = await createRunFolder(folder, record);
    expect((await openRun(folder)).record).toEqual(record);
    const message = expect.stringContaining(`${folder} is in use: a run is going on in it (process ${process.pid} on `);
    for (const again of [() => refuseFilledFolder(folder), () => createRunFolder(folder, record)]) {
      await expect(again()).rejects.toMatchObject({ code: "file", message });
    }
  });

  test("may be taken by whoever is quicker, and is left as they made it", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "theirs"), "");
    await expect(createRunFolder(folder, record)).rejects.toMatchObject({ message: `${folder} is not empty` });
    expect(await readdir(folder)).toEqual(["theirs"]);
  });

  test("is emptied when nothing came of the run, and stays when something did", async () => {
    const folder = join(await temporaryFolder(), "mine");
    const lock = await createRunFolder(folder, record);
    await writeFile(runFiles(folder).events, "{}\n");
    await discardUnstartedRun(folder);
    expect((await readdir(folder)).sort()).toEqual(["events.jsonl", "run.json", "run.lock"]);
    await writeFile(runFiles(folder).events, "");
    await discardUnstartedRun(folder);
    await lock[Symbol.asyncDispose]();
    expect(await readdir(folder)).toEqual([]);
  });
});
