import type { EndedRun, RunRecord } from "../../src/experiments/record.ts";
import type { EpochEvent, StepEvent } from "../../src/schema/events.ts";
import { networkSpec } from "../../src/schema/models.ts";
import { fitOptions } from "../../src/schema/options.ts";

export const record: RunRecord = {
  format: 4,
  version: "0.1.0",
  started: "2026-01-02T03:04:05.678Z",
  given: { model: { kind: "resnet20" }, data: { name: "digits" }, fit: { epochs: 2 } },
  model: networkSpec.parse({ kind: "resnet20" }),
  fit: fitOptions.parse({ epochs: 2 }),
  stateEvery: { steps: 0, minutes: 5 },
  keep: { best: false, every: 0 },
  maxMinutes: null,
  data: {
    name: "digits",
    folder: null,
    inMemory: false,
    reading: { resize: null, corrupt: "refuse", holdOut: 0.2, shape: null },
    limit: 100,
    classes: 10,
    image: [3, 8, 8],
    trainImages: 100,
    testImages: 360,
    content: "0123456789abcdef",
    normalization: { scale: 16, mean: [0.3, 0.3, 0.3], std: [0.4, 0.4, 0.4] },
  },
  pretrain: null,
  relativeSigma: null,
  backend: {
    backend: "torch",
    device: "cpu",
    deviceName: "CPU",
    threads: 2,
    dtypes: ["float32"],
    versions: { torch: "2.13.0" },
  },
  stages: {},
  tags: ["first"],
  notes: null,
  command: ["adsam", "train"],
  environment: null,
  git: null,
};

const means = { loss: 1.5, crossEntropy: 1.4, kl: 1e5, adversarialLoss: null, adversarialRise: null, accuracy: 0.5 };

export const result: EndedRun = {
  format: 4,
  ended: "2026-01-02T03:05:05.678Z",
  status: "finished",
  epochs: 2,
  steps: 8,
  seconds: 60,
  train: means,
  validation: { loss: Number.POSITIVE_INFINITY, accuracy: 0.1, images: 360 },
  best: null,
  stoppedBy: null,
  computedBy: null,
};

export const step: StepEvent = {
  kind: "step",
  timestamp: "2026-01-02T03:04:06.000Z",
  epoch: 0,
  step: 1,
  batch: 1,
  batches: 4,
  ...means,
  imagesPerSecond: 100,
  learningRate: 0.01,
  beta: 7e-6,
};

export const epoch: EpochEvent = {
  kind: "epoch",
  timestamp: "2026-01-02T03:04:09.000Z",
  epoch: 0,
  epochs: 2,
  step: 4,
  train: { ...means, loss: Number.NaN },
  validation: null,
  imagesPerSecond: 100,
  learningRate: 0.01,
  beta: 7e-6,
  seconds: 4,
};
