import * as z from "zod";
import { normalization } from "./data.ts";
import { trainingMeans, validation } from "./events.ts";
import { modelSpec } from "./models.ts";
import { count, real } from "./numbers.ts";
import { tensorInfo } from "./tensors.ts";

export type { Best, Digest, FitResult, StepRecord } from "./types.generated.ts";

export const modelInfo = z
  .object({
    model: count.describe("the model's number in its session"),
    spec: modelSpec,
    tensors: z.array(tensorInfo).readonly().describe("in the order of state_dict"),
    normalization: normalization.nullable().describe("of the pixels that it was trained on; null: none is known"),
  })
  .meta({ id: "ModelInfo" });

export const best = z
  .object({
    epoch: count.describe("number of the epoch, from 0"),
    value: real.describe("of the metric"),
  })
  .meta({ id: "Best", description: "The epoch that was the best by the metric of a run." });

export const fitResult = z
  .object({
    status: z.enum(["finished", "cancelled"]).describe("whether the run went to its end"),
    epochs: count.describe("epochs finished, those before a resume included"),
    steps: count.describe("steps taken, those before a resume included"),
    seconds: real.describe("how long the run took, in seconds"),
    train: trainingMeans.nullable().describe("means over the last finished epoch; null: there is none"),
    validation: validation.nullable().describe("of the last finished epoch; null: not validated"),
    best: best.nullable().describe("the epoch that was the best by the metric; null: there is none"),
    stoppedBy: z
      .enum(["patience", "time"])
      .nullable()
      .describe("what ended it before all its epochs, where nobody cancelled it"),
    computedBy: z
      .string()
      .nullable()
      .default(null)
      .describe("what ran the network: native kernels, or torch and why not those; null: the backend has one way only"),
  })
  .meta({ id: "FitResult", description: "How a run ended." });

const digest = z.tuple([real, real, real]).readonly().meta({
  id: "Digest",
  description: "[sum, Euclidean norm, projection on wave(5000)] of a tensor: three numbers that any change moves.",
});

const forwardRecord = z
  .object({
    fixedNoise: z.boolean().describe("with the stored eps, not a fresh draw"),
    eps: z.record(z.string(), digest).nullable().describe("the stored eps before a forward that uses them"),
    loss: real.describe("cross-entropy"),
    kl: real.nullable().describe("KL divergence from the prior; null for a plain network"),
  })
  .meta({ id: "ForwardRecord", description: "One forward within a training step." });

export const stepRecord = z
  .object({
    loss: real.describe("(1 - ratio) * (CE + beta * KL) + ratio * adversarial"),
    accuracy: real.describe("part of the batch that is classified right, 0 to 1"),
    draws: z.tuple([count, count]).readonly().describe("[first, next) of the noise drawn"),
    forwards: z.array(forwardRecord).readonly().describe("in the order of execution"),
    parameters: z.record(z.string(), digest).describe("after the step, by name"),
    running: z.record(z.string(), digest).describe("running statistics after the step, by name"),
  })
  .meta({ id: "StepRecord", description: "What one training step did." });
