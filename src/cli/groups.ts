import * as z from "zod";
import { corruptionNames } from "../data/corrupt/index.ts";
import { datasetNames } from "../data/names.ts";
import { type BackendName, type OpenOptions, openOptions } from "../schema/backends.ts";
import { relativeSigma } from "../schema/checkpoints.ts";
import { type ReadingOptionsInput, readingOptions } from "../schema/data.ts";
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

/** How Python's modules are run, as the schema's `program` has it; `argv` is left to that where it is not given. */
export const programShape = {
  folder: z.string().default(".").describe("where Python's modules are").meta({ placeholder: "folder" }),
  argv: z
    .array(z.string())
    .meta({ repeated: true })
    .optional()
    .describe("a word that modules find in sys.argv; once for each, such as --argv=--epochs --argv=1")
    .meta({ placeholder: "word" }),
  cuda: z
    .enum(["real", "served"])
    .default("real")
    .describe("served: where there is no CUDA, code that asks for it gets the device at hand"),
};

export const dataFolder = path("path").describe(
  "where the files of the data set are; without --dataset it is one of your own",
);

/** What --dataset takes. */
export const datasets = `${datasetNames.join(", ")}, or the path of one of your own: pictures in a folder for each class, .safetensors, .npz or .csv`;

const { resize, corrupt, holdOut, shape } = readingOptions.shape;

/** How a data set is read. What is not given is left to the schema, or is the run's own. */
export const readingShape = {
  resize: resize.unwrap().unwrap().optional().describe(`${resize.description}`).meta({ placeholder: "side" }),
  corrupt: corrupt
    .unwrap()
    .optional()
    .describe(`${corrupt.description}; null: ${corrupt.parse(undefined)}`),
  holdOut: holdOut
    .unwrap()
    .optional()
    .describe(`${holdOut.description}; null: ${holdOut.parse(undefined)}`)
    .meta({ placeholder: "part" }),
  shape: shape.unwrap().unwrap().optional().describe(`${shape.description}`),
};

/** Of these options those that were given. */
export function readingInput(values: Partial<z.output<z.ZodObject<typeof readingShape>>>): ReadingOptionsInput {
  const given = Object.keys(readingShape).map((name) => [name, Reflect.get(values, name)] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

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
    pretrain: path("run or checkpoint").describe("start from this plain network, its weights as the means"),
    relativeSigma: relativeSigma.optional().describe(`with --pretrain, ${relativeSigma.description}`),
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
    ...readingShape,
    shift: z
      .string()
      .regex(/^[a-z_]+:[1-5]$/, "expected a corruption and its severity, such as gaussian_noise:3")
      .optional()
      .describe(`corrupt the test images: ${corruptionNames.join(", ")}; a colon, and a severity from 1 to 5`)
      .meta({ placeholder: "kind:severity" }),
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
