import { resolve } from "node:path";
import { type Dataset, slice } from "../data/dataset.ts";
import { datasetExtension } from "../data/file.ts";
import { loadDataset } from "../data/index.ts";
import { AdsamError } from "../errors.ts";
import type { DataRecord } from "./record.ts";

/** A data set and the part of it to train on. */
export interface DataChoice {
  /** As `loadDataset` takes it. */
  readonly name: string;
  /** Where the files of a data set that is known by name lie. */
  readonly folder?: string | undefined;
  /** Train on this many of the first images only. */
  readonly limit?: number | undefined;
}

/** @throws AdsamError `usage` for a limit that the data set does not reach, and as `loadDataset`. */
export async function loadChosen({ name, folder, limit }: DataChoice): Promise<Dataset> {
  const data = await loadDataset(name, { folder });
  if (limit === undefined) return data;
  const { length } = data.train.labels.data;
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= length) {
    return { ...data, train: slice(data.train, 0, limit) };
  }
  throw new AdsamError(
    "usage",
    `limit: expected a whole number from 1 to ${length}, the training images, got ${limit}`,
  );
}

export function dataRecordOf(choice: DataChoice, data: Dataset): DataRecord {
  return {
    name: choice.name.endsWith(datasetExtension) ? resolve(choice.name) : choice.name,
    folder: choice.folder === undefined ? null : resolve(choice.folder),
    limit: choice.limit ?? null,
    classes: data.classes,
    image: data.train.images.shape.slice(1),
    trainImages: data.train.labels.data.length,
    testImages: data.test.labels.data.length,
    normalization: data.normalization,
  };
}

/** The data set that a run was made with; `folder` says where its files are now. */
export function choiceOf({ name, folder, limit }: DataRecord, moved?: string): DataChoice {
  return { name, folder: moved ?? folder ?? undefined, limit: limit ?? undefined };
}
