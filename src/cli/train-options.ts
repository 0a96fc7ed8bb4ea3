import { resolve } from "node:path";
import * as z from "zod";
import { findPublished } from "../data/sources/published.ts";
import { AdsamError } from "../errors.ts";
import { defaultedConfig, mergeConfigs, readTrainConfig } from "../experiments/config.ts";
import type { DataChoice } from "../experiments/data.ts";
import { presetNames, presets } from "../experiments/presets.ts";
import { limitOptions } from "../experiments/record.ts";
import type { StagePlaces } from "../experiments/run-stages.ts";
import type { TrainOptions } from "../experiments/train.ts";
import type { TrainConfig } from "../experiments/train-config.ts";
import type { OpenOptions } from "../schema/backends.ts";
import { positiveCount } from "../schema/numbers.ts";
import { fitOptions, keep, stateEvery } from "../schema/options.ts";
import {
  askedBackend,
  backendGroup,
  dataFolder,
  datasets,
  jsonGroup,
  modelGroup,
  readingInput,
  readingShape,
} from "./groups.ts";

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
    config: z
      .string()
      .optional()
      .describe("begin with what this file says (schemas/train.json), or with the options of a run's run.json")
      .meta({ placeholder: "file" }),
    preset: z
      .enum(presetNames)
      .optional()
      .describe("begin with these settings: digits, or paper/<cifar10 or cifar100>-<model>")
      .meta({ placeholder: "name" }),
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
    stage: z
      .array(z.string())
      .optional()
      .describe(
        "compute a stage of each step on another backend: adversarial=tfjs, layer:linear=tfjs; --stage once a stage; none: no stage, of a run that goes on",
      )
      .meta({ placeholder: "stage=backend" }),
    tensorboard: z
      .boolean()
      .optional()
      .describe("write an event file for TensorBoard into the run's folder; a run that has one goes on with it"),
    mlflow: z
      .string()
      .optional()
      .describe("tell the MLflow server at this address of the run; a run that it was told of goes on with it")
      .meta({ placeholder: "uri" }),
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
  ...["resume", "epochs", "patience", "maxMinutes", "data", "stage", "tensorboard", "mlflow"],
  ...Object.keys(backendGroup.shape),
  ...Object.keys(outputGroup.shape),
]);

/** How the run is to be made: the preset, what the file says otherwise, what the options say otherwise, and the defaults. */
export async function trainInput(values: TrainArguments, names: readonly string[]): Promise<TrainOptions> {
  const { preset, config } = values;
  const parts = [
    ...(preset === undefined ? [] : [presets[preset]]),
    ...(config === undefined ? [] : [await readTrainConfig(config)]),
    await askedConfig(values, names),
  ];
  return defaultedConfig(parts.reduce(mergeConfigs, {}));
}

/** Of the options those that were given. */
async function askedConfig(values: TrainArguments, names: readonly string[]): Promise<TrainConfig> {
  const {
    run: folder,
    tag: tags,
    notes,
    pretrain,
    relativeSigma,
    deterministic,
    model: kind,
    priorSigma,
    initLogSigma,
    dtype,
  } = values;
  const { keepBest: best, keepEvery: every, stateSteps: steps, stateMinutes: minutes, maxMinutes } = values;
  const { flip, cropPadding, ...fit } = z.object(fitGroup.shape).parse(values);
  const asked = <Fields extends object>(fields: Fields, flags: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(
      Object.entries(fields).filter(([field]) => names.includes(flags[field] ?? field)),
    ) as Partial<Fields>;
  const parts = {
    model: {
      ...asked({ kind, priorSigma, initLogSigma, dtype }, { kind: "model" }),
      ...(deterministic ? { bayesian: false } : {}),
    },
    data: await askedData(values, names),
    fit: {
      ...asked(fit),
      ...(flip === null ? {} : { flip }),
      ...(cropPadding === null ? {} : { cropPadding }),
    },
    stateEvery: asked({ steps, minutes }, { steps: "stateSteps", minutes: "stateMinutes" }),
    keep: asked({ best, every }, { best: "keepBest", every: "keepEvery" }),
    backend: askedOptions(values, names),
    stages: askedStages(values.stage) ?? {},
  };
  return {
    ...Object.fromEntries(Object.entries(parts).filter(([, part]) => Object.keys(part).length > 0)),
    ...asked({ folder, tags, notes, pretrain, relativeSigma, maxMinutes }, { folder: "run", tags: "tag" }),
  };
}

/** Without a data set's name, where the data is says all. A published data set is called by its name. */
export async function askedData(
  values: { readonly [Name in keyof typeof dataGroup.shape]?: TrainArguments[Name] | undefined },
  names: readonly string[],
): Promise<Partial<DataChoice>> {
  const { dataset: name, data: folder, limit } = values;
  const choice = { ...readingInput(values), ...(limit === undefined ? {} : { limit }) };
  if (name !== undefined && names.includes("dataset")) return { name, folder, ...choice };
  if (folder === undefined) return choice;
  const path = resolve(folder);
  const published = await findPublished(path);
  return { ...(published === undefined ? { name: path } : { name: published.name, folder: path }), ...choice };
}

/** Of `stage=backend` once a stage, or of `none` alone; undefined: nothing was said of stages. */
export function askedStages(given: readonly string[] | undefined): StagePlaces | undefined {
  if (given === undefined) return undefined;
  if (given.length === 1 && given[0] === "none") return {};
  const places = given.map((text) => {
    const [stage, backend, ...rest] = text.split("=");
    if (stage && backend && rest.length === 0) return [stage, backend] as const;
    throw new AdsamError("usage", `--stage: expected <stage>=<backend>, got ${text || "nothing"}`, {
      suggestion: "for example: --stage adversarial=tfjs",
    });
  });
  const twice = places.find(([stage], i) => places.findIndex(([other]) => other === stage) !== i);
  if (twice === undefined) return Object.fromEntries(places) as StagePlaces;
  throw new AdsamError("usage", `--stage: expected a backend for ${twice[0]}, got several`);
}

/** What was asked for of the backend, without defaults: a run goes on where it was. */
export function askedOptions(values: Parameters<typeof askedBackend>[0], names: readonly string[]): OpenOptions {
  const { backend, device, ...others } = askedBackend(values);
  return {
    ...Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined)),
    ...(names.includes("backend") && backend !== undefined ? { backend } : {}),
    ...(names.includes("device") && device !== undefined ? { device } : {}),
  };
}
