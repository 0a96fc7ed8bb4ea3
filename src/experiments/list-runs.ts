import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import * as z from "zod";
import { AdsamError } from "../errors.ts";
import { fileError } from "../files.ts";
import { type BackendName, backendNames } from "../schema/backends.ts";
import type { EpochEvent } from "../schema/events.ts";
import { validate } from "../validation.ts";
import { metricsOf } from "./metrics.ts";
import type { RunRecord } from "./record.ts";
import { openRun, type RunFolder, recordName } from "./run-folder.ts";
import { whoTrains } from "./run-lock.ts";

/** How a run stands. `running`: somebody trains in its folder; `interrupted`: nobody does, and it did not come to write how it ended. */
export type RunStatus = "running" | "finished" | "cancelled" | "failed" | "interrupted";

/** All of them. */
export const runStatuses: readonly RunStatus[] = ["running", "finished", "cancelled", "failed", "interrupted"];

/** A run in short. */
export interface RunSummary {
  /** Its absolute path. */
  readonly folder: string;
  /** How it stands. */
  readonly status: RunStatus;
  /** Everything that made it what it is. */
  readonly record: RunRecord;
  /** Epochs finished. */
  readonly epochs: number;
  /** The numbers of its last finished epoch, named as in metrics.csv; none before there is one. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** What went wrong; null for a run that did not fail. */
  readonly failure: string | null;
}

/** A folder that holds a run which cannot be read. */
export interface UnreadableRun {
  /** Its absolute path. */
  readonly folder: string;
  /** Why: it is damaged, or of another version. */
  readonly error: AdsamError;
}

/** What there is in a folder of runs. */
export interface RunList {
  /** The latest last. */
  readonly runs: readonly RunSummary[];
  /** Those that nothing can be said about, whatever was asked for. */
  readonly unreadable: readonly UnreadableRun[];
}

/** Which runs are wanted: those that are all of this. */
export interface RunFilter {
  /** That have each of these tags. */
  readonly tags?: readonly string[] | undefined;
  /** That stand so. */
  readonly status?: RunStatus | undefined;
  /** Of this network. */
  readonly model?: string | undefined;
  /** On this data set, upper case as lower. */
  readonly dataset?: string | undefined;
  /** Of this backend. */
  readonly backend?: BackendName | undefined;
}

const runFilter: z.ZodType<RunFilter> = z.strictObject({
  tags: z.array(z.string()).readonly().optional(),
  status: z.enum(runStatuses).optional(),
  model: z.string().optional(),
  dataset: z.string().optional(),
  backend: z.enum(backendNames).optional(),
});

/**
 * The runs in a folder, `runs` unless told otherwise, and in the folders in it. Reading a run does not disturb it.
 * @throws AdsamError `usage` for a filter that there is not; `file` when the folder cannot be read; a run that cannot is named among the answers.
 */
export async function listRuns(folder = "runs", filter: RunFilter = {}): Promise<RunList> {
  validate(runFilter, filter, "listRuns");
  const found = await Promise.all((await runFoldersIn(resolve(folder))).map(summaryOrError));
  const runs = found.flatMap((one) => ("error" in one || !matches(one, filter) ? [] : [one]));
  runs.sort((a, b) => a.record.started.localeCompare(b.record.started) || a.folder.localeCompare(b.folder));
  return { runs, unreadable: found.flatMap((one) => ("error" in one ? [one] : [])) };
}

/**
 * A run in short.
 * @throws AdsamError `file` as `openRun`.
 */
export async function summaryOf(folder: string): Promise<RunSummary> {
  const run = await openRun(resolve(folder));
  return summarized(run, await lastEpoch(run));
}

/** An open run in short, of which `last` is the last epoch; undefined before there is one. */
export async function summarized(run: RunFolder, last: EpochEvent | undefined): Promise<RunSummary> {
  const { record, result } = run;
  return {
    folder: run.folder,
    status: await statusOf(run),
    record,
    epochs: last === undefined ? 0 : last.epoch + 1,
    metrics: last === undefined ? {} : metricsOf(last),
    failure: result?.status === "failed" ? result.error.message : null,
  };
}

/** How a run stands. */
export async function statusOf({ folder, result }: RunFolder): Promise<RunStatus> {
  return result?.status ?? ((await whoTrains(folder)) === null ? "interrupted" : "running");
}

async function summaryOrError(folder: string): Promise<RunSummary | UnreadableRun> {
  try {
    return await summaryOf(folder);
  } catch (error) {
    if (error instanceof AdsamError) return { folder, error };
    throw error;
  }
}

/** A run that has just begun has no events yet. */
async function lastEpoch(run: RunFolder): Promise<EpochEvent | undefined> {
  if (!existsSync(run.files.events)) return undefined;
  let last: EpochEvent | undefined;
  for await (const event of run.events()) if (event.kind === "epoch") last = event;
  return last;
}

async function runFoldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, encoding: "utf8" });
    return entries.filter((path) => basename(path) === recordName).map((path) => dirname(join(folder, path)));
  } catch (error) {
    throw fileError(error, "read", folder);
  }
}

function matches({ record, status }: RunSummary, filter: RunFilter): boolean {
  const { tags = [], model = record.model.kind, dataset = record.data.name, backend = record.backend.backend } = filter;
  return (
    tags.every((tag) => record.tags.includes(tag)) &&
    status === (filter.status ?? status) &&
    record.model.kind === model &&
    record.data.name.toLowerCase() === dataset.toLowerCase() &&
    record.backend.backend === backend
  );
}
