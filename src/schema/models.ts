import * as z from "zod";
import { count, positiveCount } from "./numbers.ts";

/** The numbers that a model computes in. float16 and bfloat16 keep float32 parameters and compute under autocast. */
export const dtypes = ["float32", "float64", "float16", "bfloat16"] as const;

export const architectures = [
  "resnet20",
  "resnet32",
  "resnet44",
  "resnet56",
  "resnet110",
  "resnet1202",
  "vgg11",
  "vgg13",
  "vgg16",
  "vgg19",
] as const;

const creation = {
  dtype: z.enum(dtypes).default("float32").describe("numbers to compute in"),
  seed: count.default(42).describe("seed of the initial values and of the noise"),
};

const prior = {
  priorSigma: z.number().positive().default(0.15).describe("standard deviation of the prior N(0, sigma^2)"),
  initLogSigma: z.number().min(-20).max(5).default(0.15).describe("initial log sigma of every weight"),
};

/** One number for both axes, or [height, width]. */
const size = z.union([positiveCount, z.tuple([positiveCount, positiveCount])]).meta({ id: "Size" });
const padding = z.union([count, z.tuple([count, count]), z.enum(["same", "valid"])]).meta({ id: "Padding" });

/** A whole network, as in REFERENCE "The models": images [N, 3, H, W] in, logits [N, classes] out. */
export const networkSpec = z
  .strictObject({
    kind: z.enum(architectures).describe("architecture"),
    classes: z.int().min(2).default(10).describe("number of classes"),
    bayesian: z.boolean().default(true).describe("Gaussian weights; false is the plain network"),
    ...prior,
    ...creation,
  })
  .meta({ id: "NetworkSpec" });

/** A mean-field Gaussian convolution: [N, C, H, W] in and out. */
export const conv2dSpec = z
  .strictObject({
    kind: z.literal("conv2d"),
    inChannels: positiveCount,
    outChannels: positiveCount,
    kernelSize: size,
    stride: size.default(1),
    padding: padding.default(0),
    dilation: size.default(1),
    groups: positiveCount.default(1),
    bias: z.boolean().default(true),
    ...prior,
    ...creation,
  })
  .meta({ id: "Conv2dSpec" });

/** A mean-field Gaussian linear layer: [N, inFeatures] to [N, outFeatures]. */
export const linearSpec = z
  .strictObject({
    kind: z.literal("linear"),
    inFeatures: positiveCount,
    outFeatures: positiveCount,
    bias: z.boolean().default(true),
    ...prior,
    ...creation,
  })
  .meta({ id: "LinearSpec" });

/** Batch normalisation with a mean-field Gaussian scale and shift: [N, features, H, W] in and out. */
export const batchNorm2dSpec = z
  .strictObject({
    kind: z.literal("batchnorm2d"),
    features: positiveCount,
    eps: z.number().positive().default(1e-5),
    momentum: z.number().min(0).max(1).nullable().default(0.1).describe("null: a cumulative average"),
    affine: z.boolean().default(true),
    trackRunningStats: z.boolean().default(true),
    ...prior,
    ...creation,
  })
  .meta({ id: "BatchNorm2dSpec" });

/** Everything that a backend can build: a network, or one layer on its own. */
export const modelSpec = z
  .discriminatedUnion("kind", [networkSpec, conv2dSpec, linearSpec, batchNorm2dSpec])
  .meta({ id: "ModelSpec" });

export type NetworkSpec = z.output<typeof networkSpec>;
export type ModelSpec = z.output<typeof modelSpec>;
export type ModelSpecInput = z.input<typeof modelSpec>;
export type Architecture = (typeof architectures)[number];
