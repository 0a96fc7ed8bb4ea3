import { resolve } from "node:path";
import * as z from "zod";
import { knownName } from "../data/names.ts";
import { findPublished } from "../data/sources/published.ts";
import type { DataChoice } from "../experiments/data.ts";
import { limitOptions } from "../experiments/record.ts";
import type { TrainOptions } from "../experiments/train.ts";
import { positiveCount } from "../schema/numbers.ts";
import { type FitOptionsInput, fitOptions, keep, type StateEveryInput, stateEvery } from "../schema/options.ts";
import { backendGroup, dataFolder, datasets, jsonGroup, modelGroup, readingInput, readingShape } from "./groups.ts";

const dataGroup = {
  heading: "Data:",
  shape: {
    dataset: z.string().default("digits").describe(datasets).meta({ placeholder: "name" }),
    data: dataFolder,
    ...readingShape,
    limit: positiveCount.optional().describe("train on this many of the first training images only"),
  },
};

const { flip, cropPadding, seed, noise: _, ...fitShape } = fitOptions.shape;

const fitGroup = {
  heading: "Training:",
  shape: {
    ...fitShape,
    flip: flip.unwrap().nullable().default(null).describe(`${flip.description}; null: on for CIFAR, off otherwise`),
    cropPadding: cropPadding
      .unwrap()
      .nullable()
      .default(null)
      .describe(`${cropPadding.description}; null: 4 for CIFAR, 0 otherwise`),
    seed: seed.describe("seed of the initial values, the batch order, the augmentation and the noise"),
  },
  spellings: {
    seed: { short: "-s" },
    learningRate: { short: "-l", aliases: ["--learning_rate"] },
    epochs: { short: "-e", aliases: ["--epoch"] },
  },
} as const;

const runGroup = {
  heading: "Run:",
  shape: {
    run: z
      .string()
      .optional()
      .describe("record the run in this folder; null: runs/<model>-<dataset>-<time>")
      .meta({ placeholder: "folder" }),
    resume: z
      .string()
      .optional()
      .describe("go on with the run in this folder, with its own options; --epochs may make it longer")
      .meta({ placeholder: "folder" }),
    tag: z.array(z.string()).optional().describe("words to find it by: --tag once a word"),
    notes: z.string().optional().describe("what there is to say about it").meta({ placeholder: "text" }),
    keepBest: keep.shape.best,
    keepEvery: keep.shape.every.meta({ placeholder: "epochs" }),
    maxMinutes: limitOptions.shape.maxMinutes.meta({ placeholder: "minutes" }),
    stateSteps: stateEvery.shape.steps,
    stateMinutes: stateEvery.shape.minutes.meta({ placeholder: "minutes" }),
  },
};

const outputGroup = jsonGroup("one JSON line an event on stdout, and nothing else");

/** Options of `adsam train`, in the order of its help. */
export const trainGroups = [dataGroup, modelGroup, fitGroup, runGroup, backendGroup, outputGroup] as const;

export const trainArguments = z.object({
  ...dataGroup.shape,
  ...modelGroup.shape,
  ...fitGroup.shape,
  ...runGroup.shape,
  ...backendGroup.shape,
  ...outputGroup.shape,
});
export type TrainArguments = z.output<typeof trainArguments>;

/** Options that may be given with --resume; the others are the run's own. */
export const resumable: ReadonlySet<string> = new Set([
  ...["resume", "epochs", "patience", "maxMinutes", "data"],
  ...Object.keys(backendGroup.shape),
  ...Object.keys(outputGroup.shape),
]);

/** Of the values only those given: the others are left to the schemas, and run.json tells them apart. */
function given<Values extends object>(values: Values, names: readonly string[]): Partial<Values> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name))) as Partial<Values>;
}

/** What to train on: without a data set's name, where the data is says all. A published data set is called by its name. */
export async function dataInput(values: TrainArguments, names: readonly string[]): Promise<DataChoice> {
  const { dataset, data, limit } = values;
  const choice = { ...readingInput(values), limit };
  if (data === undefined || names.includes("dataset")) return { name: dataset, folder: data, ...choice };
  const path = resolve(data);
  const published = await findPublished(path);
  return { ...(published === undefined ? { name: path } : { name: published.name, folder: path }), ...choice };
}

/** How to train: CIFAR's images are mirrored and cropped as the reference does, unless the user says otherwise. */
export function fitInput(values: TrainArguments, names: readonly string[], dataset: string): FitOptionsInput {
  const { flip, cropPadding, ...rest } = z.object(fitGroup.shape).parse(values);
  const cifar = knownName(dataset)?.startsWith("CIFAR") ?? false;
  return { ...given(rest, names), flip: flip ?? cifar, cropPadding: cropPadding ?? (cifar ? 4 : 0) };
}

/** What to train. */
export function modelInput(values: TrainArguments, names: readonly string[]): TrainOptions["model"] {
  const { priorSigma, initLogSigma, dtype } = values;
  return {
    kind: values.model,
    bayesian: !values.deterministic,
    ...given({ priorSigma, initLogSigma, dtype }, names),
  };
}

/** Which models are kept, and how long it may take. */
export function limitInput({ keepBest, keepEvery, maxMinutes }: TrainArguments, names: readonly string[]) {
  const keep = {
    ...(names.includes("keepBest") ? { best: keepBest } : {}),
    ...(names.includes("keepEvery") ? { every: keepEvery } : {}),
  };
  return {
    ...(Object.keys(keep).length > 0 ? { keep } : {}),
    ...(names.includes("maxMinutes") && maxMinutes !== null ? { maxMinutes } : {}),
  };
}

/** How often the state is saved. */
export function stateInput({ stateSteps, stateMinutes }: TrainArguments, names: readonly string[]): StateEveryInput {
  return {
    ...(names.includes("stateSteps") ? { steps: stateSteps } : {}),
    ...(names.includes("stateMinutes") ? { minutes: stateMinutes } : {}),
  };
}
