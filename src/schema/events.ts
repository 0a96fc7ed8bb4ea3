import * as z from "zod";
import { count, positiveCount, real } from "./numbers.ts";

const losses = {
  loss: real.describe("(1 - ratio) * (CE + beta * KL) + ratio * adversarial"),
  crossEntropy: real.nullable().describe("of the forwards with fresh noise; null when ratio is 1"),
  kl: real.nullable().describe("KL divergence from the prior; null for a plain network and when ratio is 1"),
  adversarialLoss: real.nullable().describe("cross-entropy at the worst eps; null when ratio is 0"),
  adversarialRise: real.nullable().describe("adversarial loss minus the cross-entropy at the eps first drawn"),
  accuracy: real.describe("part of the images that is classified right, 0 to 1"),
};

/** Means over an epoch's images. */
export const trainingMeans = z.object(losses).meta({ id: "TrainingMeans" });
export type TrainingMeans = z.output<typeof trainingMeans>;

export const stepEvent = z
  .object({
    kind: z.literal("step"),
    epoch: count.describe("from 0"),
    step: positiveCount.describe("steps taken in this run, this one included"),
    batch: positiveCount.describe("steps taken in this epoch, this one included"),
    batches: positiveCount.describe("steps of an epoch"),
    ...losses,
    imagesPerSecond: real,
    learningRate: real,
  })
  .meta({ id: "StepEvent" });
export type StepEvent = z.output<typeof stepEvent>;

export const validation = z.object({ loss: real, accuracy: real, images: count }).meta({ id: "Validation" });

export const epochEvent = z
  .object({
    kind: z.literal("epoch"),
    epoch: count.describe("from 0"),
    epochs: count,
    step: count,
    train: trainingMeans,
    validation: validation.nullable(),
    imagesPerSecond: real,
    learningRate: real,
    seconds: real.describe("since the run began"),
  })
  .meta({ id: "EpochEvent" });
export type EpochEvent = z.output<typeof epochEvent>;

/** What a run tells while it goes on. Steps may be dropped when nobody reads them; epochs never are. */
export const fitEvent = z.discriminatedUnion("kind", [stepEvent, epochEvent]).meta({ id: "FitEvent" });
export type FitEvent = z.output<typeof fitEvent>;
