import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type * as z from "zod";
import { AdsamError } from "../errors.ts";
import { readEvents } from "../event-log.ts";
import { fileError, systemCode, writeFileAtomically } from "../files.ts";
import { jsonText } from "../json.ts";
import { besideCheckpoint } from "../kept-models.ts";
import type { FitEvent } from "../schema/events.ts";
import { validate } from "../validation.ts";
import { previousFormats, type RunRecord, type RunResult, runFormat, runRecord, runResult } from "./record.ts";

/** What every run's folder has. */
export const recordName = "run.json";

/** Where the parts of a run lie. */
export interface RunFiles {
  /** run.json: everything that made the run what it is. */
  readonly record: string;
  /** events.jsonl: what it told, one JSON document a line. */
  readonly events: string;
  /** metrics.csv: the numbers among them, a row for each step and each epoch. */
  readonly metrics: string;
  /** The model after the last epoch. */
  readonly checkpoint: string;
  /** The model after its best epoch, where that was asked for. */
  readonly best: string;
  /** The training state, to go on from. */
  readonly state: string;
  /** result.json: how it ended. */
  readonly result: string;
}

/** Where the parts of a run lie in its folder. */
export function runFiles(folder: string): RunFiles {
  const checkpoint = join(folder, "checkpoint.safetensors");
  return {
    record: join(folder, recordName),
    events: join(folder, "events.jsonl"),
    metrics: join(folder, "metrics.csv"),
    checkpoint,
    best: besideCheckpoint(checkpoint, "best"),
    state: join(folder, "state.safetensors"),
    result: join(folder, "result.json"),
  };
}

/** A run as its folder tells it. */
export interface RunFolder {
  /** Its absolute path. */
  readonly folder: string;
  /** Everything that made the run what it is. */
  readonly record: RunRecord;
  /** null: the run is still going on, or was ended by force. */
  readonly result: RunResult | null;
  /** Where its parts lie. */
  readonly files: RunFiles;
  /** The events recorded so far, in order. */
  events(): AsyncGenerator<FitEvent>;
}

/**
 * Reads the folder of a run.
 * @throws AdsamError `file` when it is missing or no run's folder, or when a file of it is damaged or of another version.
 */
export async function openRun(folder: string): Promise<RunFolder> {
  const files = runFiles(folder);
  const record = await readRecord(files.record, runRecord);
  if (record === null) throw await notARun(folder);
  return {
    folder,
    record,
    result: await readRecord(files.result, runResult),
    files,
    events: () => readEvents(files.events),
  };
}

async function notARun(folder: string): Promise<unknown> {
  try {
    await readdir(folder);
  } catch (error) {
    return fileError(error, "read", folder);
  }
  return new AdsamError("file", `${folder} is not the folder of a run: it has no run.json`, {
    suggestion: "give a folder that `adsam train` wrote",
  });
}

/** The record in a file; null when there is no such file. */
async function readRecord<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S> | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return null;
    throw fileError(error, "read", path);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AdsamError("file", `${path} is damaged: expected a JSON document`, { cause });
  }
  const format = typeof value === "object" && value !== null && "format" in value ? value.format : undefined;
  if (format !== runFormat && !previousFormats.includes(format)) {
    throw new AdsamError("file", `${path}: expected format ${runFormat}, got ${JSON.stringify(format) ?? "none"}`, {
      suggestion: "it was written by another version of adsam, or by another program",
    });
  }
  return validate(schema, modernised(path, value), path, "file");
}

/** What earlier versions wrote, in the words of this one. */
function modernised(path: string, value: unknown): unknown {
  const unsaid = path.endsWith(recordName)
    ? { command: [], environment: null, git: null, keep: { best: false, every: 0 }, maxMinutes: null }
    : Object(value).status === "failed"
      ? {}
      : { best: null, stoppedBy: null };
  return { ...unsaid, ...Object(value), format: runFormat };
}

export async function writeRecord(path: string, value: RunRecord | RunResult): Promise<void> {
  await writeFileAtomically(path, [`${jsonText(value, 2)}\n`]);
}

/** The models after every so many epochs, where that was asked for. */
export async function keptModelsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => /^checkpoint-epoch-\d+\.safetensors$/.test(name)).map((name) => join(folder, name));
}

/** The beginnings of files that were being written when a run was ended by force. */
export async function leftoversIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => /^\.adsam-[\da-f-]+\.partial$/.test(name)).map((name) => join(folder, name));
}

export async function removeResult({ result }: RunFiles): Promise<void> {
  await rm(result, { force: true });
}
