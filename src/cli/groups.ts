import * as z from "zod";
import { datasetNames } from "../data/index.ts";
import { type BackendName, type OpenOptions, openOptions } from "../schema/backends.ts";
import { networkSpec } from "../schema/models.ts";
import { count } from "../schema/numbers.ts";
import { type PredictOptionsInput, predictOptions } from "../schema/options.ts";

const path = (what: string) => z.string().optional().meta({ placeholder: what });

/** The published code can be compared with, and neither trains runs nor keeps them. */
const trainable = ["torch", "tfjs"] as const satisfies readonly BackendName[];

/** Options that several commands share. */
export const backendGroup = {
  heading: "Backend:",
  shape: {
    backend: z
      .enum(trainable)
      .default("torch")
      .describe(openOptions.shape.backend.description ?? ""),
    device: openOptions.shape.device.meta({ placeholder: "device" }),
    python: openOptions.shape.python.meta({ placeholder: "path" }),
  },
};

export const jsonGroup = (what: string) => ({
  heading: "Output:",
  shape: { json: z.boolean().optional().describe(what) },
});

export const dataFolder = path("folder").describe("folder of the CIFAR files");

/** What --dataset takes. */
export const datasets = `${datasetNames.join(", ")}, or a .safetensors file of your own`;

const modelShape = {
  model: networkSpec.shape.kind.default("resnet20"),
  deterministic: z.boolean().optional().describe("the plain network, without Gaussian weights"),
};

export const modelGroup = {
  heading: "Model:",
  shape: {
    ...modelShape,
    priorSigma: networkSpec.shape.priorSigma,
    initLogSigma: networkSpec.shape.initLogSigma,
    dtype: networkSpec.shape.dtype,
    pretrain: path("checkpoint").describe("start from this plain network's checkpoint, its weights as the means"),
  },
  spellings: { deterministic: { aliases: ["--notvi"] } },
};

/** For a checkpoint that does not say itself what it holds. */
export const foreignGroup = {
  heading: "For a .pt checkpoint:",
  shape: { model: modelShape.model.unwrap().optional(), deterministic: modelShape.deterministic },
  spellings: { deterministic: { aliases: ["--notvi"] } },
};

export const otherDataGroup = {
  heading: "Data:",
  shape: {
    dataset: z.string().optional().describe(`${datasets}; null: the run's own`).meta({ placeholder: "name" }),
    data: dataFolder,
    normalization: z
      .enum(["model", "data"])
      .optional()
      .describe("normalise pixels as those that the model was trained on, or as the data set says; null: as both say"),
  },
};

export const samplingGroup = {
  heading: "Prediction:",
  shape: {
    samples: predictOptions.shape.samples,
    mean: z.boolean().optional().describe("one prediction with the weights' means instead of samples"),
    batch: predictOptions.shape.batch,
    seed: count.optional().describe("seed of the noise; null: the model's own"),
  },
  spellings: { mean: { conflicts: ["samples", "seed"] } },
};

export function predictInput({
  samples,
  mean,
  batch,
  seed,
}: z.output<z.ZodObject<typeof samplingGroup.shape>>): PredictOptionsInput {
  const noise = seed === undefined ? {} : { noise: { kind: "gaussian" as const, seed } };
  return { batch, ...(mean ? { weights: "mean", samples: 1 } : { samples }), ...noise };
}

export function askedBackend({
  backend,
  device,
  python,
}: z.output<z.ZodObject<typeof backendGroup.shape>>): OpenOptions {
  return { backend, device, ...(python === undefined ? {} : { python }) };
}
