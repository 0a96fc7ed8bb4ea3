import { existsSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import type { Cancellable } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import { makeFolders, refuseForeignFiles, writeFileAtomically } from "../../files.ts";
import { jsonText } from "../../json.ts";
import { positiveCount } from "../../schema/numbers.ts";
import { validate } from "../../validation.ts";
import { defaultedConfig } from "../config.ts";
import { openRun, type RunFolder, runFiles } from "../run-folder.ts";
import { maskedValue } from "../secrets.ts";
import type { SweepEngine, SweepEvent, SweepTask } from "./engine.ts";
import { localEngine } from "./local.ts";
import { readPlan } from "./plan.ts";
import { csvOf, type SweepRow, tableOf } from "./table.ts";

/** How a sweep is taken. */
export interface SweepOptions extends Cancellable {
  /** Where its runs are recorded, a folder each; otherwise a folder of the file's name, beside the file. */
  readonly folder?: string | undefined;
  /** How many runs go on at once; 1 unless given: one uses all cores. */
  readonly jobs?: number | undefined;
  /** What takes the runs; this machine unless given. */
  readonly engine?: SweepEngine | undefined;
  /** Takes runs that diverged once more; they are kept as they are otherwise. */
  readonly retry?: boolean | undefined;
  /** Told how it goes. */
  readonly onEvent?: ((event: SweepEvent) => void) | undefined;
}

/** What came of a sweep. */
export interface SweepResult {
  /** Where its runs are recorded, and the table: sweep.csv and sweep.result.json. */
  readonly folder: string;
  /** A row for each point. */
  readonly rows: readonly SweepRow[];
}

const [resultName, tableName] = ["sweep.result.json", "sweep.csv"];

const sweepOptions = z.object({ jobs: positiveCount.default(1), retry: z.boolean().default(false) });

/**
 * Takes the runs of a sweep, and averages over those that differ in the seed alone. A run that has finished is never taken again,
 * one that was interrupted goes on: so the same call goes on with a sweep that was, however that ended. A run that fails stops no
 * other.
 * @param file sweep.json, in the format of schemas/sweep.json.
 * @throws AdsamError before any run begins: `file` for a file that cannot be read, and for a `sweep.csv` in the folder that no sweep
 *   wrote; `usage` for options that do not exist, and where a run's folder holds one of other options.
 */
export async function sweep(file: string, options: SweepOptions = {}): Promise<SweepResult> {
  const { jobs, retry } = validate(sweepOptions, { jobs: options.jobs, retry: options.retry }, "sweep");
  const { engine = localEngine(jobs), onEvent, signal } = options;
  const folder = resolve(options.folder ?? join(dirname(file), basename(file, extname(file))));
  const plan = await readPlan(file);
  refuseForeignFiles(folder, resultName, [tableName]);
  const tasks = plan.map((run): SweepTask => ({ ...run, folder: join(folder, run.name) }));
  await makeFolders(folder);
  const failures = await takeRuns(tasks, { engine, retry, onEvent, signal });
  const rows = await tableOf(tasks, failures);
  await writeFileAtomically(join(folder, resultName), [`${jsonText({ rows }, 2)}\n`]);
  await writeFileAtomically(join(folder, tableName), [csvOf(rows)]);
  return { folder, rows };
}

/** How runs are taken. */
export interface Taking extends Cancellable {
  readonly engine: SweepEngine;
  readonly retry: boolean;
  readonly onEvent: ((event: SweepEvent) => void) | undefined;
}

/**
 * Takes those of the runs that have not finished.
 * @returns why others failed, by their names.
 * @throws AdsamError before any begins: `file`, and `usage` where a run's folder holds one of other options.
 */
export async function takeRuns(
  tasks: readonly SweepTask[],
  { engine, retry, onEvent = () => {}, signal = new AbortController().signal }: Taking,
): Promise<ReadonlyMap<string, string>> {
  const open: SweepTask[] = [];
  for (const task of tasks) if (await isOpen(task, retry)) open.push(task);
  const failures = new Map<string, string>();
  const tell = (event: SweepEvent) => {
    if (event.kind === "end" && event.failure !== null) failures.set(event.run, event.failure);
    onEvent(event);
  };
  await engine.run(open, tell, signal);
  return failures;
}

/** Whether there is something left to do. */
async function isOpen(task: SweepTask, retry: boolean): Promise<boolean> {
  if (!existsSync(runFiles(task.folder).record)) return true;
  const run = await openRun(task.folder);
  requireSame(task, run);
  const { result } = run;
  if (result?.status === "failed") return retry || result.error.code !== "diverged";
  return result?.status !== "finished";
}

/** @throws AdsamError `usage` where the folder holds a run of other options. */
export function requireSame({ config, folder }: SweepTask, { record }: RunFolder): void {
  const { model, data, fit } = defaultedConfig(config);
  const asked: unknown = JSON.parse(jsonText(maskedValue({ model, data, fit })));
  const { model: wasModel, data: wasData, fit: wasFit } = record.given;
  if (isDeepStrictEqual(asked, { model: wasModel, data: wasData, fit: wasFit })) return;
  throw new AdsamError("usage", `${folder} holds a run of other options`, {
    suggestion: "give another folder, or remove that run (adsam runs remove)",
  });
}
