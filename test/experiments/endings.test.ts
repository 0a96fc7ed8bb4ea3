import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { removeRun } from "../../src/experiments/remove-run.ts";
import { resumeTraining } from "../../src/experiments/resume.ts";
import { openRun } from "../../src/experiments/run-folder.ts";
import { train } from "../../src/experiments/train.ts";
import type { TrainEvent } from "../../src/experiments/train-events.ts";
import { open } from "../../src/open.ts";
import { readSafetensors } from "../../src/safetensors.ts";
import type { EpochEvent } from "../../src/schema/events.ts";
import { fingerprints } from "../fingerprints.ts";
import { temporaryFolder } from "../temporary.ts";
import { firstDigits } from "../tfjs/digits.ts";

const model = { kind: "resnet20", initLogSigma: -3 } as const;
const patient = { epochs: 30, batch: 8, steps: 0, learningRate: 0.5, patience: 2, metric: "train/loss" } as const;
const keep = { best: true, every: 1 } as const;

async function weights(folder: string, name = "checkpoint") {
  return fingerprints((await readSafetensors(join(folder, `${name}.safetensors`))).tensors);
}

async function heard(events: AsyncIterable<TrainEvent>): Promise<TrainEvent[]> {
  const all: TrainEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe.each(["torch", "tfjs"] as const)("a run of %s", (name) => {
  test("ends when no epoch was the best for a while, keeps that one, and goes on alike after a stop", async () => {
    const parent = await temporaryFolder();
    const [whole, stopped] = [join(parent, "whole"), join(parent, "stopped")];
    await using backend = await open({ backend: name, device: "cpu" });
    const data = await firstDigits(16, 4);
    const events = await heard(train({ model, data, fit: patient, keep, folder: whole, backend }));
    const losses = events.filter((event): event is EpochEvent => event.kind === "epoch").map(({ train }) => train.loss);
    const best = losses.indexOf(Math.min(...losses));
    expect(losses.length).toBe(best + 1 + patient.patience);
    const { result } = await openRun(whole);
    expect(result).toMatchObject({
      status: "finished",
      stoppedBy: "patience",
      epochs: losses.length,
      best: { epoch: best, value: losses[best] },
    });
    expect(await weights(whole, "checkpoint-best")).toEqual(await weights(whole, `checkpoint-epoch-${best + 1}`));
    expect(await weights(whole)).toEqual(await weights(whole, `checkpoint-epoch-${losses.length}`));

    for await (const event of train({ model, data, fit: patient, keep, folder: stopped, backend })) {
      if (event.kind === "epoch" && event.epoch === best) break;
    }
    await heard(resumeTraining(stopped, { data, backend }));
    expect((await openRun(stopped)).result).toMatchObject({ stoppedBy: "patience", epochs: losses.length });
    expect(await weights(stopped, "checkpoint-best")).toEqual(await weights(whole, "checkpoint-best"));

    await expect(heard(resumeTraining(whole, { data, backend }))).rejects.toMatchObject({
      code: "usage",
      message: `the run has ended: no epoch after ${best + 1} was better`,
      suggestion: "ask for more patience than 2 to go on with it",
    });
    const longer = { data, backend, patience: null, epochs: 30, maxMinutes: 1e-6 };
    await heard(resumeTraining(whole, longer));
    expect((await openRun(whole)).result).toMatchObject({ status: "cancelled", stoppedBy: "time" });
    await removeRun(whole);
    expect(await readdir(parent)).toEqual(["stopped"]);
  }, 120_000);

  test("is not begun where there is nothing to compare epochs by, or beside which to keep them", async () => {
    await using backend = await open({ backend: name, device: "cpu" });
    const network = await backend.model({ kind: "resnet20", classes: 10 });
    const data = await firstDigits(8, 4);
    const unvalidated = { epochs: 1, validation: "none" } as const;
    await expect(network.fit(data, { ...unvalidated, patience: 1 })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/^metric: expected one of the training, got validation\/loss/),
    });
    await expect(network.fit(data, { epochs: 1, keep: { best: true } })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/^keep: expected a checkpoint/),
    });
  }, 60_000);
});

describe("loggers of a run", () => {
  const fit = { epochs: 1, batch: 8, steps: 0 };

  test("are told everything, before the reader is, and when it is over", async () => {
    const folder = join(await temporaryFolder(), "run");
    const told: string[] = [];
    const logger = {
      log: async ({ kind }: TrainEvent) => {
        told.push(kind);
      },
      close: (error?: unknown) => {
        told.push(`closed ${error}`);
      },
    };
    await using backend = await open({ backend: "tfjs" });
    const data = await firstDigits(16, 4);
    const kinds = (await heard(train({ model, data, fit, folder, backend, loggers: [logger] }))).map(
      ({ kind }) => kind,
    );
    expect(told).toEqual([...kinds, "closed undefined"]);
    expect(kinds[0]).toBe("start");
    expect(kinds.at(-1)).toBe("result");
  }, 60_000);

  test("end it with what they throw, its files written", async () => {
    const folder = join(await temporaryFolder(), "run");
    const closed: unknown[] = [];
    const failing = {
      log: ({ kind }: TrainEvent) => {
        if (kind === "epoch") throw new RangeError("no more room");
      },
      close: (error?: unknown) => {
        closed.push(error);
        throw new Error("nor here");
      },
    };
    await using backend = await open({ backend: "tfjs" });
    const data = await firstDigits(16, 4);
    const run = train({ model, data, fit: { ...fit, epochs: 3 }, folder, backend, loggers: [failing] });
    await expect(heard(run)).rejects.toThrow(new RangeError("no more room"));
    expect(closed).toEqual([new RangeError("no more room")]);
    expect((await openRun(folder)).result).toMatchObject({ status: "cancelled" });
    const events = await heard(resumeTraining(folder, { data, backend }));
    expect(events.at(-1)).toMatchObject({ kind: "result", result: { status: "finished", epochs: 3 } });
  }, 60_000);
});
