import * as z from "zod";
import { count } from "./numbers.ts";
import type { TensorInfo } from "./types.generated.ts";

export type { TensorInfo, TensorPart, TensorRole } from "./types.generated.ts";

const tensorRole = z
  .enum(["mean", "logSigma", "noise", "value", "runningMean", "runningVariance", "batchesTracked"])
  .meta({
    id: "TensorRole",
    description:
      "What a tensor of a model is for. The names that checkpoints have for it are the layers' alone to make.",
  });

const tensorPart = z
  .enum(["weight", "bias"])
  .nullable()
  .meta({ id: "TensorPart", description: "The part of a layer's operation that a tensor belongs to." });

export const tensorInfo = z
  .object({
    name: z.string().describe("in checkpoints"),
    layer: z.string().describe("name of the layer that it belongs to; empty in a model of one layer"),
    role: tensorRole.describe(
      "mean, log sigma or stored noise of Gaussian weights, the value of plain ones, or a running statistic",
    ),
    part: tensorPart.describe("of the layer's operation; null for a running statistic"),
    dtype: z.string().describe("of its numbers, such as float32"),
    shape: z.array(count).readonly().describe("its length along each axis"),
  })
  .meta({ id: "TensorInfo", description: "A parameter or buffer of a model." });

/** Whether a tensor of this role is a running mean or variance of batch norm. */
export function isRunningStatistic({ role }: Pick<TensorInfo, "role">): boolean {
  return role === "runningMean" || role === "runningVariance";
}

/** Whether a tensor of this role is trained, and not a buffer. */
export function isParameter({ role }: Pick<TensorInfo, "role">): boolean {
  return role === "mean" || role === "logSigma" || role === "value";
}
