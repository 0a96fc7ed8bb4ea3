import { expect, test } from "vitest";
import { StreamedRun } from "../src/run.ts";
import type { EpochEvent, FitEvent, StepEvent } from "../src/schema/events.ts";
import type { FitResult } from "../src/schema/results.ts";

const means = { loss: 1, crossEntropy: 1, kl: 1, adversarialLoss: 1, adversarialRise: 0, accuracy: 0.5 };

function step(number: number): StepEvent {
  const place = { epoch: 0, step: number, batch: number, batches: 10_000 };
  return { kind: "step", ...place, ...means, imagesPerSecond: 1, learningRate: 0.1 };
}

const epoch: EpochEvent = {
  kind: "epoch",
  epoch: 0,
  epochs: 1,
  step: 0,
  train: means,
  validation: null,
  imagesPerSecond: 1,
  learningRate: 0.1,
  seconds: 1,
};

const result: FitResult = {
  status: "finished",
  epochs: 1,
  steps: 1,
  seconds: 1,
  train: null,
  validation: null,
  computedBy: null,
};

async function collect(run: StreamedRun): Promise<FitEvent[]> {
  const events: FitEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

test("what nobody reads is bounded: old steps go, epochs stay", async () => {
  const run = new StreamedRun(async (tell) => {
    tell(epoch);
    for (let number = 1; number <= 10_000; number++) tell(step(number));
    return result;
  });
  expect(await run).toEqual(result);
  const events = await collect(run);
  expect(events).toHaveLength(4096);
  expect(events[0]).toEqual(epoch);
  expect(events.at(-1)).toEqual(step(10_000));
});

test("events come before the end, and a failure after them", async () => {
  const run = new StreamedRun(async (tell) => {
    tell(step(1));
    throw new Error("it broke");
  });
  const seen: FitEvent[] = [];
  const watching = (async () => {
    for await (const event of run) seen.push(event);
  })();
  await expect(watching).rejects.toThrow("it broke");
  expect(seen).toEqual([step(1)]);
  await expect(run).rejects.toThrow("it broke");
});

test("a failure that nobody waits for does not end Node", async () => {
  new StreamedRun(() => Promise.reject(new Error("unseen")));
  await new Promise((resolve) => setTimeout(resolve, 10));
});

test("leaving the loop asks the training to stop; reading it to its end does not", async () => {
  let stopped = 0;
  const start = (tell: (event: FitEvent) => void, stop: AbortSignal) => {
    stop.addEventListener("abort", () => {
      stopped += 1;
    });
    tell(step(1));
    return Promise.resolve(result);
  };
  await collect(new StreamedRun(start));
  expect(stopped).toBe(0);
  for await (const _ of new StreamedRun(start)) break;
  expect(stopped).toBe(1);
});
