import { createHash } from "node:crypto";
import { cp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { RunRecord } from "../../src/experiments/record.ts";
import { type ResumeOptions, resumeTraining } from "../../src/experiments/resume.ts";
import { openRun } from "../../src/experiments/run-folder.ts";
import { lockRun } from "../../src/experiments/run-lock.ts";
import { train } from "../../src/experiments/train.ts";
import type { TrainEvent } from "../../src/experiments/train-events.ts";
import { readSafetensors, writeSafetensors } from "../../src/safetensors.ts";
import { tensor } from "../../src/tensor.ts";
import { fingerprints } from "../fingerprints.ts";
import { sharedFolder, temporaryFolder } from "../temporary.ts";
import { digitsFile } from "../tfjs/digits.ts";

const parent = sharedFolder();
const made = join(parent, "run");
let data: string;

/** A run of two epochs that has finished one. */
beforeAll(async () => {
  data = await digitsFile(parent, 20, 4);
  const fit = { epochs: 2, batch: 8, steps: 0, seed: 7 };
  const model = { kind: "resnet20", initLogSigma: -3 } as const;
  for await (const event of train({ model, data: { name: data }, fit, folder: made, backend: { backend: "tfjs" } })) {
    if (event.kind === "epoch") break;
  }
}, 60_000);

async function ended(folder: string, options: ResumeOptions = {}): Promise<TrainEvent | undefined> {
  let last: TrainEvent | undefined;
  for await (const event of resumeTraining(folder, options)) last = event;
  return last;
}

/** The names of all files in a folder, and what they hold. */
async function contents(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder);
  const hashes = names.map(async (name) =>
    createHash("sha256")
      .update(await readFile(join(folder, name)))
      .digest("hex"),
  );
  return Object.fromEntries((await Promise.all(hashes)).map((hash, i) => [names[i], hash]));
}

async function edit(path: string, change: (record: RunRecord) => object): Promise<void> {
  await writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, "utf8")))));
}

describe("what is refused leaves the folder as it was, byte for byte", () => {
  type Spoil = (folder: string) => Promise<unknown>;
  const record = (folder: string) => join(folder, "run.json");
  const state = (folder: string) => join(folder, "state.safetensors");
  const withOther =
    (change: (folder: string) => Promise<string>): Spoil =>
    async (folder) => {
      const name = await change(folder);
      await edit(record(folder), (run) => ({ ...run, data: { ...run.data, name } }));
    };

  test.each<[string, Spoil, ResumeOptions, { code: string; message: RegExp }]>([
    [
      "a damaged state",
      (folder) => truncate(state(folder), 1000),
      {},
      { code: "checkpoint", message: /state\.safetensors/ },
    ],
    [
      "a damaged state, by Python",
      (folder) => truncate(state(folder), 1000),
      { backend: { backend: "torch", device: "cpu" } },
      { code: "checkpoint", message: /state\.safetensors/ },
    ],
    [
      "a checkpoint in the state's place",
      (folder) => cp(join(folder, "checkpoint.safetensors"), state(folder)),
      {},
      { code: "checkpoint", message: /is not a training state of this version/ },
    ],
    [
      "a state of another version",
      async (folder) => {
        const { tensors, metadata } = await readSafetensors(state(folder));
        const other = { training_state: metadata.training_state?.replace('"version":1', '"version":9') ?? "" };
        await writeSafetensors(state(folder), tensors, other);
      },
      {},
      { code: "checkpoint", message: /is not a training state of this version/ },
    ],
    [
      "no state, where there was one",
      (folder) => rm(state(folder)),
      {},
      { code: "file", message: /holds a checkpoint, but no training state any more/ },
    ],
    [
      "a log that something else wrote into",
      (folder) => writeFile(join(folder, "events.jsonl"), "nonsense\n"),
      {},
      { code: "file", message: /events\.jsonl:1: expected a JSON document/ },
    ],
    [
      "no data",
      withOther(async (folder) => join(folder, "none.safetensors")),
      {},
      { code: "file", message: /none\.safetensors/ },
    ],
    [
      "other data of the same size",
      withOther(async () => {
        const { tensors, metadata } = await readSafetensors(data);
        const changed = tensor(new Uint8Array(20 * 3 * 8 * 8), [20, 3, 8, 8]);
        const path = join(await temporaryFolder(), "other.safetensors");
        await writeSafetensors(path, { ...tensors, train_images: changed }, metadata);
        return path;
      }),
      {},
      { code: "data", message: /other\.safetensors has changed: the run was made with content "[0-9a-f]{64}", got/ },
    ],
    [
      "less data",
      withOther(async () => digitsFile(await temporaryFolder(), 16, 4)),
      {},
      { code: "data", message: /has changed: the run was made with trainImages 20, got 16/ },
    ],
    [
      "another network",
      (folder) => edit(record(folder), (run) => ({ ...run, model: { ...run.model, kind: "resnet32" } })),
      {},
      { code: "usage", message: /was trained with spec = .*resnet20.*, got .*resnet32/ },
    ],
    [
      "another option",
      (folder) => edit(record(folder), (run) => ({ ...run, fit: { ...run.fit, ratio: 0.5 } })),
      {},
      { code: "usage", message: /was trained with ratio = 0\.8, got 0\.5/ },
    ],
    [
      "an option that does not exist",
      (folder) => edit(record(folder), (run) => ({ ...run, fit: { ...run.fit, ration: 0.5 } })),
      {},
      { code: "file", message: /unknown field ration/ },
    ],
    [
      "a run of another version",
      (folder) => edit(record(folder), (run) => ({ ...run, format: 1 })),
      {},
      { code: "file", message: /expected format 4, got 1/ },
    ],
    ["fewer epochs", async () => {}, { epochs: 1 }, { code: "usage", message: /expected at least the run's 2, got 1/ }],
    [
      "a network that is no network",
      (folder) => writeFile(record(folder), '{"format": 2, "model"'),
      {},
      { code: "file", message: /run\.json is damaged/ },
    ],
    [
      "a device that is not there",
      async () => {},
      { backend: { backend: "tfjs", device: "cuda" } },
      { code: "usage", message: /the tfjs backend computes on "cpu"/ },
    ],
  ])("%s", async (_, spoil, options, { code, message }) => {
    const folder = join(await temporaryFolder(), "run");
    await cp(made, folder, { recursive: true });
    await spoil(folder);
    const before = await contents(folder);
    await expect(ended(folder, options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await contents(folder)).toEqual(before);
  });

  test("a run that goes on elsewhere", async () => {
    const folder = join(await temporaryFolder(), "run");
    await cp(made, folder, { recursive: true });
    await using _ = await lockRun(folder);
    const before = await contents(folder);
    await expect(ended(folder)).rejects.toMatchObject({
      code: "file",
      message: expect.stringContaining(`is in use: a run is going on in it (process ${process.pid} on `),
    });
    expect(await contents(folder)).toEqual(before);
  });

  test("a folder that is no run's", async () => {
    const folder = await temporaryFolder();
    await expect(ended(folder)).rejects.toMatchObject({ code: "file" });
    expect(await contents(folder)).toEqual({});
  });
});

describe("a run that goes on", () => {
  test("is as if it had not been stopped, and says so in its folder", async () => {
    const parent = await temporaryFolder();
    const [part, whole] = [join(parent, "part"), join(parent, "whole")];
    await cp(made, part, { recursive: true });
    expect((await openRun(part)).result).toMatchObject({ status: "cancelled", epochs: 1 });
    expect(await ended(part)).toMatchObject({ kind: "result", result: { status: "finished", epochs: 2 } });
    // A run that was ended by force before it had a state begins anew.
    await cp(made, whole, { recursive: true });
    for (const name of ["state.safetensors", "checkpoint.safetensors", "result.json"]) await rm(join(whole, name));
    for (const half of ["0123abcd", "01-23-ab"]) await writeFile(join(whole, `.adsam-${half}.partial`), "half");
    expect(await ended(whole)).toMatchObject({ kind: "result", result: { status: "finished", epochs: 2 } });
    const [inTwo, atOnce] = await Promise.all(
      [part, whole].map(async (folder) => {
        const { record, files, events, result } = await openRun(folder);
        const steps: unknown[] = [];
        for await (const event of events()) steps.push([event.kind, event.step, event.epoch]);
        const { tensors } = await readSafetensors(files.checkpoint);
        return { record, status: result?.status, steps, tensors: fingerprints(tensors) };
      }),
    );
    expect(inTwo).toEqual(atOnce);
    expect((await readdir(whole)).sort()).toEqual((await readdir(part)).sort());
    expect(inTwo?.steps).toHaveLength(8);
    expect(inTwo?.record).toMatchObject({ fit: { seed: 7 }, model: { seed: 7 } });
  });

  test("may be longer than it was to be, once it has begun", async () => {
    const folder = join(await temporaryFolder(), "run");
    await cp(made, folder, { recursive: true });
    const before = await readFile(join(folder, "run.json"), "utf8");
    for await (const event of resumeTraining(folder, { epochs: 3 })) {
      const now = await readFile(join(folder, "run.json"), "utf8");
      if (event.kind === "start") expect(now).toBe(before);
      if (event.kind === "step") expect(JSON.parse(now)).toMatchObject({ fit: { epochs: 3 } });
    }
    expect((await openRun(folder)).result).toMatchObject({ status: "finished", epochs: 3 });
  });
});
