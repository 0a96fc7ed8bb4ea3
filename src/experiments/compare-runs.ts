import { jsonText } from "../json.ts";
import { type RunSummary, summaryOf } from "./list-runs.ts";
import type { RunRecord } from "./record.ts";

/** An option in which runs differ. */
export interface RunDifference {
  /** Where run.json has it, such as `fit.ratio`. */
  readonly option: string;
  /** What each run has there, in the order of the runs; undefined: nothing. */
  readonly values: readonly unknown[];
}

/** Runs side by side. */
export interface RunComparison {
  /** In the order in which they were named. */
  readonly runs: readonly RunSummary[];
  /** Options, data and backend in which they are not all alike. */
  readonly differences: readonly RunDifference[];
}

/** What makes a run what it is, and not when and where it was. */
const compared = ["version", "model", "fit", "data", "pretrain", "relativeSigma", "backend"] as const;

/**
 * How runs differ, and what came of it.
 * @throws AdsamError `file` for a folder that is no run's, or of one that is damaged.
 */
export async function compareRuns(folders: readonly string[]): Promise<RunComparison> {
  const runs = await Promise.all(folders.map(summaryOf));
  return { runs, differences: differencesOf(runs) };
}

/** Options, data and backend in which runs are not all alike. */
export function differencesOf(runs: readonly RunSummary[]): RunDifference[] {
  const options = runs.map(({ record }) => optionsOf(record));
  const names = new Set(options.flatMap((one) => [...one.keys()]));
  const rows = [...names].map((option) => ({ option, values: options.map((one) => one.get(option)) }));
  return rows.filter(({ values }) => new Set(values.map((value) => jsonText(value))).size > 1);
}

/** What makes a run what it is, by where run.json has it. */
export function optionsOf(record: RunRecord): ReadonlyMap<string, unknown> {
  return new Map(compared.flatMap((part) => leaves(part, record[part])));
}

/** Lists are values, not further options. */
function leaves(path: string, value: unknown): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([name, part]) => leaves(`${path}.${name}`, part));
}
