import * as z from "zod";
import { trainingMeans, validation } from "./events.ts";
import { modelSpec } from "./models.ts";
import { count, real } from "./numbers.ts";

export const tensorInfo = z
  .object({
    name: z.string(),
    dtype: z.string(),
    shape: z.array(count),
    parameter: z.boolean().describe("trained, not a buffer"),
  })
  .meta({ id: "TensorInfo" });
export type TensorInfo = z.output<typeof tensorInfo>;

export const modelInfo = z
  .object({
    model: count.describe("the model's number in its session"),
    spec: modelSpec,
    tensors: z.array(tensorInfo).describe("in the order of state_dict"),
  })
  .meta({ id: "ModelInfo" });
export type ModelInfo = z.output<typeof modelInfo>;

export const fitResult = z
  .object({
    status: z.enum(["finished", "cancelled"]),
    epochs: count.describe("epochs finished, those before a resume included"),
    steps: count,
    seconds: real,
    train: trainingMeans.nullable().describe("of the last finished epoch"),
    validation: validation.nullable(),
    computedBy: z
      .string()
      .nullable()
      .default(null)
      .describe("native kernels, or torch and why not those; null: the backend has one way only"),
  })
  .meta({ id: "FitResult" });
export type FitResult = z.output<typeof fitResult>;

/** [sum, Euclidean norm, projection on wave(5000)] of a tensor: three numbers that any change moves. */
export const digest = z.tuple([real, real, real]).meta({ id: "Digest" });
export type Digest = z.output<typeof digest>;

export const forwardRecord = z
  .object({
    fixedNoise: z.boolean(),
    eps: z.record(z.string(), digest).nullable().describe("the stored eps before a forward that uses them"),
    loss: real.describe("cross-entropy"),
    kl: real.nullable(),
  })
  .meta({ id: "ForwardRecord" });

export const stepRecord = z
  .object({
    loss: real,
    accuracy: real,
    draws: z.tuple([count, count]).describe("[first, next) of the noise drawn"),
    forwards: z.array(forwardRecord),
    parameters: z.record(z.string(), digest),
    running: z.record(z.string(), digest),
  })
  .meta({ id: "StepRecord" });
export type StepRecord = z.output<typeof stepRecord>;
