import * as z from "zod";
import { backendNames } from "../schema/backends.ts";
import { normalization } from "../schema/data.ts";
import { dtypes, modelSpec } from "../schema/models.ts";
import { positiveCount } from "../schema/numbers.ts";
import { fitOptions } from "../schema/options.ts";
import { fitResult } from "../schema/results.ts";

/** Raised whenever run.json or result.json changes its fields. */
export const runFormat = 1;

const format = z.literal(runFormat);

/** The data set of a run, and how it was used. */
export const dataRecord = z.strictObject({
  name: z.string().describe("as loadDataset takes it"),
  folder: z.string().nullable().describe("where its files were"),
  limit: positiveCount.nullable().describe("trained on this many of the first images only"),
  classes: positiveCount,
  image: z.array(positiveCount).describe("[channels, height, width]"),
  trainImages: positiveCount,
  testImages: z.int().min(0),
  normalization: normalization.nullable(),
});
export type DataRecord = z.output<typeof dataRecord>;

/** run.json: everything that made a run what it is, written before it starts. */
export const runRecord = z.strictObject({
  format,
  version: z.string().describe("of this package"),
  started: z.iso.datetime(),
  given: z.record(z.string(), z.unknown()).describe("the options as they were given, defaults left out"),
  model: modelSpec,
  fit: fitOptions,
  data: dataRecord,
  pretrain: z.string().nullable(),
  backend: z.strictObject({
    backend: z.enum(backendNames),
    device: z.string(),
    deviceName: z.string(),
    dtypes: z.array(z.enum(dtypes)).readonly(),
    versions: z.record(z.string(), z.string()),
  }),
});
export type RunRecord = z.output<typeof runRecord>;

/** result.json: how a run ended. */
export const runResult = z.strictObject({ format, ended: z.iso.datetime(), ...fitResult.shape });
export type RunResult = z.output<typeof runResult>;
