import * as z from "zod";
import { count, positiveCount, real } from "./numbers.ts";

export type { EpochEvent, FitEvent, StepEvent, TrainingMeans } from "./types.generated.ts";

const timestamp = z
  .string()
  .nullable()
  .default(null)
  .describe("when it was told, in UTC (ISO 8601); null: by a version that did not say");

const losses = {
  loss: real.describe("(1 - ratio) * (CE + beta * KL) + ratio * adversarial"),
  crossEntropy: real.nullable().describe("of the forwards with fresh noise; null when ratio is 1"),
  kl: real.nullable().describe("KL divergence from the prior; null for a plain network and when ratio is 1"),
  adversarialLoss: real.nullable().describe("cross-entropy at the worst eps; null when ratio is 0"),
  adversarialRise: real.nullable().describe("adversarial loss minus the cross-entropy at the eps first drawn"),
  accuracy: real.describe("part of the images that is classified right, 0 to 1"),
};

function beta(of: string) {
  const unsaid = "null: the loss has none, or by a version that did not say";
  return z.number().min(0).nullable().default(null).describe(`weight of the KL divergence ${of}; ${unsaid}`);
}

export const trainingMeans = z
  .object(losses)
  .meta({ id: "TrainingMeans", description: "Means over an epoch's images." });

const stepEvent = z
  .object({
    kind: z.literal("step").describe("one training step"),
    timestamp,
    epoch: count.describe("number of the epoch, from 0"),
    step: positiveCount.describe("steps taken in this run, this one included"),
    batch: positiveCount.describe("steps taken in this epoch, this one included"),
    batches: positiveCount.describe("steps of an epoch"),
    ...losses,
    imagesPerSecond: real.describe("images trained on in a second, lately"),
    learningRate: real.describe("that the step was taken with"),
    beta: beta("that the step was taken with"),
  })
  .meta({ id: "StepEvent", description: "One training step has been taken." });

export const validation = z
  .object({
    loss: real.describe("mean cross-entropy, nats"),
    accuracy: real.describe("part of the images that is classified right, 0 to 1"),
    images: count.describe("number of images validated on"),
  })
  .meta({ id: "Validation", description: "How a model does on the images that it is not trained on." });

const epochEvent = z
  .object({
    kind: z.literal("epoch").describe("one pass over the training images"),
    timestamp,
    epoch: count.describe("number of the epoch, from 0"),
    epochs: count.describe("epochs that the run is to have"),
    step: count.describe("steps taken in this run"),
    train: trainingMeans.describe("means over the epoch's images"),
    validation: validation.nullable().describe("null where the options say none"),
    imagesPerSecond: real.describe("images trained on in a second"),
    learningRate: real.describe("of the epoch"),
    beta: beta("in the epoch's last step"),
    seconds: real.describe("seconds since the run began"),
  })
  .meta({ id: "EpochEvent", description: "One epoch is over." });

export const fitEvent = z.discriminatedUnion("kind", [stepEvent, epochEvent]).meta({
  id: "FitEvent",
  description: "What a run tells while it goes on. Steps may be dropped when nobody reads them; epochs never are.",
});
