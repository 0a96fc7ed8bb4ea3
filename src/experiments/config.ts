import { dirname, resolve } from "node:path";
import * as z from "zod";
import { knownName } from "../data/names.ts";
import { AdsamError } from "../errors.ts";
import { jsonIn } from "../files.ts";
import { backendNames, openOptions } from "../schema/backends.ts";
import { relativeSigma } from "../schema/checkpoints.ts";
import { readingOptions } from "../schema/data.ts";
import { networkSpec } from "../schema/models.ts";
import { positiveCount } from "../schema/numbers.ts";
import { fitOptions, keep, stateEvery } from "../schema/options.ts";
import { validate } from "../validation.ts";
import { presetNames, presets } from "./presets.ts";
import { limitOptions, remarks } from "./record.ts";
import type { TrainOptions } from "./train.ts";
import type { TrainConfig } from "./train-config.ts";

const stageName = z.union([z.literal("adversarial"), z.templateLiteral(["layer:", z.string().min(1)])], {
  error: "expected adversarial or layer:<name>",
});
const path = z.string().min(1);

/** What `adsam train --config` reads, and `train` takes. */
export const trainConfig = z
  .strictObject({
    $schema: z.string().optional().describe("of this file, for editors"),
    extends: path.optional().describe("another such file, or the run.json of a run; this one says what differs"),
    preset: z.enum(presetNames).optional().describe("settings to begin with; all else says what differs"),
    model: networkSpec.partial().optional().describe("the network"),
    data: z
      .strictObject({
        name: path.optional().describe("a data set's name, or the path of one of your own"),
        folder: path.optional().describe("where its files are"),
        ...readingOptions.partial().shape,
        limit: positiveCount.optional().describe("train on this many of the first images only"),
      })
      .optional()
      .describe("what it is trained on"),
    fit: fitOptions.partial().optional().describe("how it is trained"),
    stateEvery: stateEvery.partial().optional().describe("how often its state is saved"),
    keep: keep.partial().optional().describe("which models are kept, besides the last one"),
    maxMinutes: limitOptions.shape.maxMinutes
      .unwrap()
      .optional()
      .describe(`${limitOptions.shape.maxMinutes.description}`),
    pretrain: path.optional().describe("checkpoint or run of a plain network, whose weights become the means"),
    relativeSigma: relativeSigma
      .nullable()
      .optional()
      .describe(`${relativeSigma.description}; null: model.initLogSigma`),
    backend: openOptions.optional().describe("what computes"),
    stages: z
      .record(stageName, z.union([z.enum(backendNames), openOptions]))
      .optional()
      .describe("what computes stages of each step instead: adversarial, or layer:<name>"),
    tags: remarks.shape.tags.unwrap().optional().describe(`${remarks.shape.tags.description}`),
    notes: remarks.shape.notes.unwrap().optional().describe(`${remarks.shape.notes.description}`),
    folder: path.optional().describe("where the run is recorded; otherwise a new folder in runs"),
  })
  .meta({ id: "TrainConfig", description: "How a run is to be made; what it leaves out has its default." });

/** Objects of which each says its own fields; of all else the later one counts. */
const merged = ["model", "data", "fit", "stateEvery", "keep", "backend", "stages"] as const;

/** One way of making a run with what another says besides or otherwise, field by field. */
export function mergeConfigs(first: TrainConfig, second: TrainConfig): TrainConfig {
  const both = merged.flatMap((name) =>
    first[name] === undefined && second[name] === undefined ? [] : [[name, { ...first[name], ...second[name] }]],
  );
  return { ...first, ...second, ...Object.fromEntries(both) };
}

/**
 * How a run is to be made, as a file says it. Paths in it start from its folder.
 * @param file in the format of schemas/train.json, or the run.json of a run, which is then made again.
 * @throws AdsamError `file` for one that cannot be read or says something that is not known, and for files that extend each other.
 */
export function readTrainConfig(file: string): Promise<TrainConfig> {
  return readExtended(resolve(file), []);
}

async function readExtended(file: string, extending: readonly string[]): Promise<TrainConfig> {
  if (extending.includes(file)) {
    throw new AdsamError(
      "file",
      `expected a configuration with an end, got files that extend each other: ${[...extending, file].join(", ")}`,
    );
  }
  return configFrom(await jsonIn(file), file, dirname(file), extending);
}

/**
 * What a configuration in a file says.
 * @param file it is in, for messages.
 * @param folder that its paths start from.
 * @throws AdsamError as `readTrainConfig`.
 */
export async function configFrom(
  value: unknown,
  file: string,
  folder: string,
  extending: readonly string[] = [],
): Promise<TrainConfig> {
  if (isRunRecord(value)) return configOfRun(value, file);
  const { $schema: _, extends: base, preset, ...own } = validate(trainConfig, value, file, "file");
  // What the schema fills in is nothing that the file has said.
  const said = Object.fromEntries(Object.keys(own).map((name) => [name, Reflect.get(Object(value), name)]));
  const parts = [
    ...(preset === undefined ? [] : [presets[preset]]),
    ...(base === undefined ? [] : [await readExtended(resolve(folder, base), [...extending, file])]),
    rooted(said, folder),
  ];
  return parts.reduce(mergeConfigs, {});
}

interface GivenRecord {
  readonly given: TrainConfig;
  readonly pretrain?: string | null;
  readonly environment?: { readonly directory: string } | null;
}

function isRunRecord(value: unknown): value is GivenRecord {
  return typeof value === "object" && value !== null && "format" in value && "given" in value;
}

/** With the options that the run was given, from where it was begun; where it was recorded is its own. */
function configOfRun({ given, pretrain, environment }: GivenRecord, file: string): TrainConfig {
  validate(trainConfig, given, `${file}: given`, "file");
  const config = rooted(given, environment?.directory ?? process.cwd());
  return typeof pretrain === "string" ? { ...config, pretrain } : config;
}

/** With paths that mean the same wherever one stands. */
function rooted(config: TrainConfig, folder: string): TrainConfig {
  const { data, pretrain, folder: run } = config;
  const at = (path: string) => resolve(folder, path);
  return {
    ...config,
    ...(data === undefined
      ? {}
      : {
          data: {
            ...data,
            ...(data.name === undefined || knownName(data.name) ? {} : { name: at(data.name) }),
            ...(data.folder === undefined ? {} : { folder: at(data.folder) }),
          },
        }),
    ...(pretrain === undefined ? {} : { pretrain: at(pretrain) }),
    ...(run === undefined ? {} : { folder: at(run) }),
  };
}

/** All that `train` cannot do without: the digits, a Bayesian ResNet-20, and CIFAR's images mirrored and cropped as the reference does. */
export function defaultedConfig({ model, data, fit, ...others }: TrainConfig): TrainOptions {
  const name = data?.name ?? "digits";
  const cifar = knownName(name)?.startsWith("CIFAR") ?? false;
  return {
    ...others,
    model: { kind: "resnet20", bayesian: true, ...model },
    data: { ...data, name },
    fit: { flip: cifar, cropPadding: cifar ? 4 : 0, ...fit },
  };
}
