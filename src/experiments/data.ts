import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { checkDataset } from "../data/check.ts";
import { type Dataset, slice } from "../data/dataset.ts";
import { loadDataset } from "../data/index.ts";
import type { LoadDatasetOptions } from "../data/load-options.ts";
import { knownName } from "../data/names.ts";
import { AdsamError } from "../errors.ts";
import { jsonText } from "../json.ts";
import { readingOptions } from "../schema/data.ts";
import type { DataRecord } from "./record.ts";

/** A data set and the part of it to train on. */
export interface DataChoice extends LoadDatasetOptions {
  /** As `loadDataset` takes it. */
  readonly name: string;
  /** Train on this many of the first images only. */
  readonly limit?: number | undefined;
}

/** Whether the data set itself was given, not where it is. */
export function isInMemory(choice: DataChoice | Dataset): choice is Dataset {
  return "train" in choice;
}

/**
 * The data set itself.
 * @throws AdsamError `usage` for a limit that it does not reach, `data` for one in memory that is no data set, and as `loadDataset`.
 */
export async function loadChosen(choice: DataChoice | Dataset): Promise<Dataset> {
  if (isInMemory(choice)) {
    checkDataset(choice);
    return choice;
  }
  const { name, limit, ...options } = choice;
  const data = await loadDataset(name, options);
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

/** What run.json says about it. */
export function dataRecordOf(choice: DataChoice | Dataset, data: Dataset): DataRecord {
  return {
    ...sourceOf(choice),
    classes: data.classes,
    image: data.train.images.shape.slice(1),
    trainImages: data.train.labels.data.length,
    testImages: data.test.labels.data.length,
    normalization: data.normalization,
    content: contentOf(data),
  };
}

function sourceOf(
  choice: DataChoice | Dataset,
): Pick<DataRecord, "name" | "folder" | "inMemory" | "reading" | "limit"> {
  if (isInMemory(choice)) {
    return { name: choice.name, folder: null, inMemory: true, reading: readingOptions.parse({}), limit: null };
  }
  const { name, folder, limit, ...reading } = choice;
  return {
    name: knownName(name) ?? resolve(name),
    folder: folder === undefined ? null : resolve(folder),
    inMemory: false,
    reading: readingOptions.parse(reading),
    limit: limit ?? null,
  };
}

/** @throws AdsamError `data`, naming what differs, unless the data set is the one that the run was made with. */
export function requireSameData(recorded: DataRecord, now: DataRecord): void {
  const told = ["classes", "image", "trainImages", "testImages", "normalization", "content"] as const;
  for (const field of told) {
    const [was, is] = [jsonText(recorded[field]), jsonText(now[field])];
    if (was === is) continue;
    throw new AdsamError("data", `${recorded.name} has changed: the run was made with ${field} ${was}, got ${is}`, {
      suggestion: "bring back the files that it was made with, or start a new run",
    });
  }
}

/** Whatever type the labels have. */
function contentOf({ train, test }: Dataset): string {
  const hash = createHash("sha256");
  for (const { images, labels } of [train, test]) {
    const { buffer, byteOffset, byteLength } = images.data;
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    hash.update(Float64Array.from<number | bigint>(labels.data, Number));
  }
  return hash.digest("hex");
}

/**
 * The data set that a run was made with; `moved` says where its files are now.
 * @throws AdsamError `usage` for one that was in memory.
 */
export function choiceOf({ name, folder, inMemory, reading, limit }: DataRecord, moved?: string): DataChoice {
  if (inMemory) {
    throw new AdsamError("usage", `the run was made with ${name}, a data set in memory that no file has`, {
      suggestion: "give that data set: in TypeScript as `data`, to a command as a file of the same images",
    });
  }
  const place =
    knownName(name) === undefined ? { name: moved ?? name } : { name, folder: moved ?? folder ?? undefined };
  return { ...place, ...reading, limit: limit ?? undefined };
}
