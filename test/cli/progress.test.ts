import { describe, expect, test } from "vitest";
import { duration, Progress, type ProgressState, renderEpoch, renderProgress } from "../../src/cli/progress.ts";
import type { EpochEvent, StepEvent } from "../../src/schema/events.ts";

const state: ProgressState = {
  epoch: 2,
  epochs: 25,
  done: 0.5,
  loss: 1.23456,
  crossEntropy: 1.2,
  kl: null,
  beta: null,
  accuracy: 0.567,
  imagesPerSecond: 811.6,
  secondsLeft: 83.2,
};

const means = { loss: 1.5, crossEntropy: 1.4, kl: 1e5, adversarialLoss: 1.6, adversarialRise: 0.2, accuracy: 0.5 };
const step: StepEvent = {
  kind: "step",
  timestamp: null,
  epoch: 0,
  step: 1,
  batch: 1,
  batches: 4,
  ...means,
  imagesPerSecond: 100,
  learningRate: 0.01,
  beta: 7e-6,
};
const epoch: EpochEvent = {
  kind: "epoch",
  timestamp: null,
  epoch: 0,
  epochs: 2,
  step: 4,
  train: means,
  validation: { loss: 0.75, accuracy: 0.875, images: 360 },
  imagesPerSecond: 100,
  learningRate: 0.01,
  beta: 7e-6,
  seconds: 4,
};

describe("renderProgress", () => {
  test("shows the epoch, a bar and the facts", () => {
    expect(renderProgress(state, 100)).toBe(
      `epoch 3/25 ${"█".repeat(18)}${"░".repeat(18)}  loss 1.235  accuracy 56.7 %  812 images/s  ETA 1:23`,
    );
  });

  test("fills any width, and leaves out from the right what finds no room", () => {
    for (let width = 0; width < 200; width++) expect(renderProgress(state, width).length).toBeLessThanOrEqual(width);
    expect(renderProgress(state, 50)).toBe("epoch 3/25 █████░░░░░  loss 1.235  accuracy 56.7 %");
    expect(renderProgress(state, 20)).toBe("epoch 3/25 █████░░░░");
  });

  test("is empty at the start and full at the end", () => {
    expect(renderProgress({ ...state, done: 0 }, 30)).not.toContain("█");
    expect(renderProgress({ ...state, done: 1 }, 30)).not.toContain("░");
  });

  test("shows what the loss is made of where there is room", () => {
    const line = renderProgress({ ...state, kl: 123456.7, beta: 1.23456e-7 }, 200);
    expect(line).toMatch(/ETA 1:23 {2}cross-entropy 1\.200 {2}KL 123457 × 1\.23e-7$/);
  });

  test("says nothing of the time left while it is unknown", () => {
    expect(renderProgress({ ...state, secondsLeft: Number.NaN }, 120)).not.toContain("ETA");
  });
});

test.each([
  [0, "0:00"],
  [59.6, "1:00"],
  [3599, "59:59"],
  [3661, "1:01:01"],
])("%d s is shown as %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test("an epoch is one line, with its validation where there is one", () => {
  expect(renderEpoch(epoch)).toBe(
    "epoch 1/2  loss 1.500  cross-entropy 1.400  KL 100000 × 0.000007  accuracy 50.0 %  test loss 0.750  accuracy 87.5 %  100 images/s",
  );
  const plain = { ...epoch, train: { ...means, kl: null }, beta: null };
  expect(renderEpoch({ ...plain, validation: null })).toBe("epoch 1/2  loss 1.500  accuracy 50.0 %  100 images/s");
});

/** Remembers what is written to it. */
class Screen {
  written = "";
  readonly isTTY: boolean;
  readonly columns = 60;
  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }
  write(text: string): boolean {
    this.written += text;
    return true;
  }
}

describe("Progress", () => {
  test("writes epochs alone where there is no terminal", () => {
    const screen = new Screen(false);
    const progress = new Progress(screen, 2);
    for (const event of [step, step, epoch]) progress.show(event);
    progress.clear();
    expect(screen.written).toBe(`${renderEpoch(epoch)}\n`);
  });

  test("draws on a terminal, not for every step, and leaves the epochs' lines alone behind", () => {
    const screen = new Screen(true);
    const progress = new Progress(screen, 2);
    for (const event of [step, step, step, epoch]) progress.show(event);
    expect(screen.written.match(/█/g)?.length).toBe(renderProgressOf(step).match(/█/g)?.length);
    expect(screen.written.endsWith(`\r\x1b[2K${renderEpoch(epoch)}\n`)).toBe(true);
  });
});

function renderProgressOf(event: StepEvent): string {
  return renderProgress({ ...event, epochs: 2, done: event.batch / event.batches, secondsLeft: Number.NaN }, 59);
}
