import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { StreamedRun } from "../src/run.ts";
import type { EpochEvent, FitEvent, StepEvent } from "../src/schema/events.ts";
import type { FitResult } from "../src/schema/results.ts";

const means = { loss: 1, crossEntropy: 1, kl: 1, adversarialLoss: 1, adversarialRise: 0, accuracy: 0.5 };

function step(number: number): StepEvent {
  const place = { epoch: 0, step: number, batch: number, batches: 10_000 };
  return { kind: "step", timestamp: null, ...place, ...means, imagesPerSecond: 1, learningRate: 0.1, beta: null };
}

const epoch: EpochEvent = {
  kind: "epoch",
  timestamp: null,
  epoch: 0,
  epochs: 1,
  step: 0,
  train: means,
  validation: null,
  imagesPerSecond: 1,
  learningRate: 0.1,
  beta: null,
  seconds: 1,
};

const result: FitResult = {
  status: "finished",
  epochs: 1,
  steps: 1,
  seconds: 1,
  train: null,
  validation: null,
  best: null,
  stoppedBy: null,
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

test("a failure is an unhandled rejection where nobody looks at it, and only there", async () => {
  const fixture = join(import.meta.dirname, "fixtures/unseen-run.ts");
  const end = (...ways: string[]) =>
    promisify(execFile)(process.execPath, ["--import", "tsx", fixture, ...ways]).then(
      ({ stdout }) => stdout.trim(),
      ({ code, stderr }: { code: number; stderr: string }) => `exit ${code}: ${/AdsamError: (.*)/.exec(stderr)?.[1]}`,
    );
  expect(await end("awaited", "iterated", "cancelled", "closed")).toBe("lived on");
  expect(await end("ignored")).toBe("exit 1: unseen");
});

describe("readers", () => {
  /** Training that goes on until it is stopped, told step by step by the test. */
  function trained() {
    const tell: { step: (number: number) => void; end: () => void } = { step: () => {}, end: () => {} };
    let stopped = 0;
    const run = new StreamedRun(
      (onEvent, stop) =>
        new Promise((resolve) => {
          tell.step = (number) => onEvent(step(number));
          tell.end = () => resolve(result);
          stop.addEventListener("abort", () => {
            stopped += 1;
            setImmediate(() => resolve({ ...result, status: "cancelled" }));
          });
        }),
    );
    return { run, ...tell, stopped: () => stopped };
  }

  test("each see all events, whenever they begin", async () => {
    const { run, step: tell, end } = trained();
    const both = Promise.all([collect(run), collect(run)]);
    for (const number of [1, 2, 3]) {
      await new Promise(setImmediate);
      tell(number);
    }
    end();
    const expected = [1, 2, 3].map(step);
    expect(await both).toEqual([expected, expected]);
    expect(await collect(run)).toEqual(expected);
  });

  test("may ask for the next event before they have the last", async () => {
    const { run, step: tell, end } = trained();
    const events = run[Symbol.asyncIterator]();
    const asked = [events.next(), events.next(), events.next()];
    tell(1);
    tell(2);
    end();
    const answers = await Promise.all(asked);
    expect(answers.map(({ value }) => value)).toEqual([step(1), step(2), undefined]);
  });

  test("stop the training when the last of them leaves, and wait for its end", async () => {
    const { run, step: tell, stopped } = trained();
    const other = run[Symbol.asyncIterator]();
    const waiting = other.next();
    tell(1);
    for await (const _ of run) break;
    expect(stopped()).toBe(0);
    await waiting;
    let ended = false;
    run.then(() => {
      ended = true;
    });
    await other.return();
    expect(stopped()).toBe(1);
    expect(ended).toBe(true);
  });

  test("who read to the end do not stop it", async () => {
    const { run, end, stopped } = trained();
    const reading = collect(run);
    end();
    await reading;
    expect(stopped()).toBe(0);
  });

  test("who leave are told when it then fails", async () => {
    const run = new StreamedRun(
      (tell, stop) =>
        new Promise((_, reject) => {
          tell(step(1));
          stop.addEventListener("abort", () => reject(new Error("no room for the checkpoint")));
        }),
    );
    const leave = async () => {
      for await (const _ of run) break;
    };
    await expect(leave()).rejects.toThrow("no room for the checkpoint");
  });
});
