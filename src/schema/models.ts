import * as z from "zod";
import { architectureNames, architectures } from "./architectures.ts";
import { count, positiveCount } from "./numbers.ts";
import type { ModelSpec, NetworkSpec } from "./types.generated.ts";

export type { ModelSpec, ModelSpecInput, NetworkSpec, NetworkSpecInput, Padding, Size } from "./types.generated.ts";

/** The numbers that a model computes in. float16 and bfloat16 keep float32 parameters and compute under autocast. */
export const dtypes = ["float32", "float64", "float16", "bfloat16"] as const;

const creation = {
  dtype: z.enum(dtypes).default("float32").describe("numbers to compute in"),
  seed: count.default(42).describe("seed of the initial values and of the noise"),
};

/**
 * The KL divergence holds (e^2s + mu^2) / (2 sigma^2) of each weight. With sigma from here on and s up to 5, the sum over
 * the 40 million weights of a Bayesian VGG-19 is below 1e36, for which float32 has room; below 1e-19, sigma^2 would be 0.
 */
export const leastPriorSigma = 1e-12;

const prior = {
  priorSigma: z
    .number()
    .min(leastPriorSigma)
    .max(1 / leastPriorSigma)
    .default(0.15)
    .describe("standard deviation of the prior N(0, sigma^2)"),
  initLogSigma: z.number().min(-20).max(5).default(0.15).describe("initial log sigma of every weight"),
};

const size = z
  .union([positiveCount, z.tuple([positiveCount, positiveCount]).readonly()])
  .meta({ id: "Size", description: "One number for both axes, or [height, width]." });
const padding = z.union([count, z.tuple([count, count]).readonly(), z.enum(["same", "valid"])]).meta({
  id: "Padding",
  description: "One number for both axes, [height, width], as much as keeps the size, or none.",
});

export const networkSpec = z
  .strictObject({
    kind: z.enum(architectureNames).describe("architecture"),
    classes: z.int().min(2).max(1_000_000).default(10).describe("number of classes"),
    bayesian: z.boolean().default(true).describe("Gaussian weights; false is the plain network"),
    ...prior,
    ...creation,
  })
  .meta({
    id: "NetworkSpec",
    description: "A whole network: images [N, 3, H, W] in, logits [N, classes] out.",
  });

export const conv2dSpec = z
  .strictObject({
    kind: z.literal("conv2d").describe("a convolution"),
    inChannels: positiveCount.describe("channels of the input"),
    outChannels: positiveCount.describe("channels of the output"),
    kernelSize: size.describe("height and width of the kernel"),
    stride: size.default(1).describe("pixels from one place of the kernel to the next"),
    padding: padding.default(0).describe("zeros around the input"),
    dilation: size.default(1).describe("pixels from one weight of the kernel to the next"),
    groups: positiveCount.default(1).describe("groups of channels that do not meet"),
    bias: z.boolean().default(true).describe("whether a Gaussian bias is added"),
    ...prior,
    ...creation,
  })
  .meta({ id: "Conv2dSpec", description: "A mean-field Gaussian convolution: [N, C, H, W] in and out." });

export const linearSpec = z
  .strictObject({
    kind: z.literal("linear").describe("a linear layer"),
    inFeatures: positiveCount.describe("numbers that each row of the input has"),
    outFeatures: positiveCount.describe("numbers that each row of the output has"),
    bias: z.boolean().default(true).describe("whether a Gaussian bias is added"),
    ...prior,
    ...creation,
  })
  .meta({ id: "LinearSpec", description: "A mean-field Gaussian linear layer: [N, inFeatures] to [N, outFeatures]." });

export const batchNorm2dSpec = z
  .strictObject({
    kind: z.literal("batchnorm2d").describe("batch normalisation"),
    features: positiveCount.describe("channels of the input"),
    eps: z.number().positive().default(1e-5).describe("added to the variance"),
    momentum: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .default(0.1)
      .describe("how far the running statistics move to the batch's; null: a cumulative average"),
    affine: z.boolean().default(true).describe("whether there are a Gaussian scale and shift"),
    trackRunningStats: z.boolean().default(true).describe("whether running statistics are kept for eval mode"),
    ...prior,
    ...creation,
  })
  .meta({
    id: "BatchNorm2dSpec",
    description: "Batch normalisation with a mean-field Gaussian scale and shift: [N, features, H, W] in and out.",
  });

/** What one layer may have: 4 GiB of float32 numbers, three times over with log sigma and noise. */
const mostWeights = 2 ** 30;

export const modelSpec = z
  .discriminatedUnion("kind", [networkSpec, conv2dSpec, linearSpec, batchNorm2dSpec])
  .superRefine((spec, context) => {
    const weights = isNetworkSpec(spec) ? 0 : weightsOf(spec);
    if (weights <= mostWeights) return;
    const message = `expected a layer of up to ${mostWeights} weights, got one of ${weights}`;
    context.addIssue({ code: "custom", message, path: [] });
  })
  .meta({ id: "ModelSpec", description: "Everything that a backend can build: a network, or one layer on its own." });

function weightsOf(spec: LayerSpec): number {
  switch (spec.kind) {
    case "conv2d": {
      const [height, width] =
        typeof spec.kernelSize === "number" ? [spec.kernelSize, spec.kernelSize] : spec.kernelSize;
      return (spec.outChannels * spec.inChannels * height * width) / spec.groups;
    }
    case "linear":
      return spec.inFeatures * spec.outFeatures;
    case "batchnorm2d":
      return spec.features;
  }
}

/** A layer on its own. */
export type LayerSpec = Exclude<ModelSpec, NetworkSpec>;

/** Whether it describes a whole network, not one layer on its own. */
export function isNetworkSpec(spec: ModelSpec): spec is NetworkSpec {
  return Object.hasOwn(architectures, spec.kind);
}
