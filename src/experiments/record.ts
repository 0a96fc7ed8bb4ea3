import * as z from "zod";
import { backendNames } from "../schema/backends.ts";
import { relativeSigma } from "../schema/checkpoints.ts";
import { normalization, readingOptions } from "../schema/data.ts";
import { dtypes, networkSpec } from "../schema/models.ts";
import { positiveCount } from "../schema/numbers.ts";
import { fitOptions, keep, stateEvery } from "../schema/options.ts";
import { fitResult } from "../schema/results.ts";

export type {
  DataRecord,
  EndedRun,
  FailedRun,
  GitState,
  RunEnvironment,
  RunRecord,
  RunResult,
} from "./record.generated.ts";

/** Raised whenever run.json or result.json changes its fields. */
export const runFormat = 4;

/** That can be read too: they have fewer fields. */
export const previousFormats: readonly unknown[] = [2, 3];

const format = z.literal(runFormat).describe("of this file");

export const dataRecord = z
  .strictObject({
    name: z.string().describe("as loadDataset takes it"),
    folder: z.string().nullable().describe("where its files were"),
    inMemory: z.boolean().default(false).describe("that it was in memory, and no file has it"),
    reading: readingOptions.default(readingOptions.parse({})).describe("how its files were read"),
    limit: positiveCount.nullable().describe("trained on this many of the first images only"),
    classes: positiveCount.describe("number of classes"),
    image: z.array(positiveCount).readonly().describe("[channels, height, width]"),
    trainImages: positiveCount.describe("number of images trained on"),
    testImages: z.int().min(0).describe("number of images tested on"),
    normalization: normalization.nullable().describe("null: the images are the network's input already"),
    content: z.string().describe("SHA-256 of the images and labels, in hexadecimal"),
  })
  .meta({ id: "DataRecord", description: "The data set of a run, and how it was used." });

/** What a run keeps, and how long it may take. */
export const limitOptions = z.strictObject({
  keep: keep.prefault({}).describe("which models are kept, besides the last one"),
  maxMinutes: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe("stop after so many minutes, with the step under way; null: no limit"),
});

/** What people say about a run. */
export const remarks = z.strictObject({
  tags: z.array(z.string().min(1)).readonly().default([]).describe("words to find it by"),
  notes: z.string().nullable().default(null).describe("what there is to say about it"),
});

const runEnvironment = z
  .strictObject({
    host: z.string().describe("name of the machine"),
    platform: z.string().describe("operating system, its release and the processor's architecture"),
    processors: positiveCount.describe("that this process may use"),
    memory: positiveCount.describe("of the machine, in bytes"),
    node: z.string().describe("version of Node.js"),
    directory: z.string().describe("working directory"),
    variables: z
      .record(z.string(), z.string())
      .describe("of the environment, those that change how it computes; no others are looked at"),
  })
  .meta({ id: "RunEnvironment", description: "Where a run began." });

const gitState = z
  .strictObject({
    commit: z.string().nullable().describe("checked out; null: there is none yet"),
    branch: z.string().nullable().describe("checked out; null: none is"),
    dirty: z.boolean().describe("whether anything differed from it, untracked files included"),
  })
  .meta({ id: "GitState", description: "What a working directory had checked out." });

const place = z.strictObject({
  backend: z.enum(backendNames).describe("what computes"),
  device: z.string().describe("what the device asked for has become"),
  deviceName: z.string().describe("the device as its maker calls it"),
  threads: positiveCount
    .nullable()
    .default(null)
    .describe("that one operation was computed on; null: the engine decides"),
  dtypes: z.array(z.enum(dtypes)).readonly().describe("the numbers that it can compute in"),
  versions: z.record(z.string(), z.string()).describe("of the parts it is made of"),
});

export const runRecord = z
  .strictObject({
    format,
    version: z.string().describe("of this package"),
    started: z.iso.datetime().describe("when it began, in UTC"),
    given: z.record(z.string(), z.unknown()).describe("the options as they were given, defaults left out"),
    model: networkSpec.describe("the network"),
    fit: fitOptions.describe("how it is trained"),
    stateEvery: stateEvery.describe("how often its state is saved"),
    keep: keep.describe("which models are kept, besides the last one"),
    maxMinutes: z.number().positive().nullable().describe("after which it was to stop; null: none"),
    data: dataRecord.describe("what it is trained on"),
    pretrain: z.string().nullable().describe("checkpoint whose weights the means begin with"),
    relativeSigma: relativeSigma
      .nullable()
      .default(null)
      .describe("sigma that they begin with, in parts of |w|; null: the network's initLogSigma"),
    backend: place.describe("what trained it"),
    stages: z
      .record(z.string(), place)
      .default({})
      .describe("what computed stages of its steps instead, by their names: adversarial, layer:<name>"),
    ...remarks.shape,
    command: z
      .array(z.string())
      .readonly()
      .describe("the command line that began it; *** stands where something looked like a secret"),
    environment: runEnvironment.nullable().describe("where it began; null: by a version that did not say"),
    git: gitState
      .nullable()
      .describe("of the working directory; null: it was in no repository, or by a version that did not say"),
  })
  .meta({ id: "RunRecord", description: "run.json: everything that made a run what it is, written before it starts." });

const ended = { format, ended: z.iso.datetime().describe("when it ended, in UTC") };

export const endedRun = z
  .strictObject({ ...ended, ...fitResult.shape })
  .meta({ id: "EndedRun", description: "result.json of a run that came to its end, or was stopped on the way." });

const failedRun = z
  .strictObject({
    ...ended,
    status: z.literal("failed").describe("that it broke off"),
    error: z
      .strictObject({
        code: z.string().describe("of the AdsamError, such as diverged or disk"),
        message: z.string().describe("what was expected and what came"),
        suggestion: z.string().nullable().describe("what to do about it"),
      })
      .describe("what went wrong"),
  })
  .meta({ id: "FailedRun", description: "result.json of a run that broke off." });

export const runResult = z
  .discriminatedUnion("status", [endedRun, failedRun])
  .meta({ id: "RunResult", description: "result.json: how a run ended." });
