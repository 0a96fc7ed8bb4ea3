import { jsonText } from "../../json.ts";
import { type RunSummary, summaryOf } from "../list-runs.ts";
import type { SweepTask } from "./engine.ts";
import type { Point } from "./plan.ts";

/** A number over several runs. */
export interface Estimate {
  /** Mean over the runs. */
  readonly mean: number;
  /** Of the mean: the standard deviation (of n - 1 degrees of freedom) divided by the root of n; null for a single run. */
  readonly standardError: number | null;
  /** How many runs it is of. */
  readonly runs: number;
}

/** What came of a point of a sweep. */
export interface SweepRow {
  /** The options in which points differ, such as `fit.ratio`. */
  readonly options: Point;
  /** Names of its runs that have finished. */
  readonly finished: readonly string[];
  /** Why others have failed, by their names. */
  readonly failed: Readonly<Record<string, string>>;
  /** Names of those that have not come to their end yet. */
  readonly missing: readonly string[];
  /** Over the finished runs, what they came to, named as in metrics.csv. */
  readonly metrics: Readonly<Record<string, Estimate>>;
}

/** What the folders of runs say, a row a point. */
export async function tableOf(
  tasks: readonly SweepTask[],
  failures: ReadonlyMap<string, string>,
): Promise<readonly SweepRow[]> {
  const points = new Map<string, SweepTask[]>();
  for (const task of tasks) {
    const key = jsonText(task.point);
    points.set(key, [...(points.get(key) ?? []), task]);
  }
  return Promise.all([...points.values()].map((own) => rowOf(own, failures)));
}

async function rowOf(tasks: readonly SweepTask[], failures: ReadonlyMap<string, string>): Promise<SweepRow> {
  const stand = await Promise.all(tasks.map(async ({ name, folder }) => ({ name, summary: await standOf(folder) })));
  const finished = stand.flatMap(({ name, summary }) => (summary?.status === "finished" ? [{ name, summary }] : []));
  const failed = stand.flatMap(({ name, summary }) => {
    const failure = failures.get(name) ?? summary?.failure;
    return failure === undefined || failure === null ? [] : [[name, failure] as const];
  });
  const ended = new Set([...finished.map(({ name }) => name), ...failed.map(([name]) => name)]);
  return {
    options: tasks[0]?.point ?? {},
    finished: finished.map(({ name }) => name),
    failed: Object.fromEntries(failed),
    missing: tasks.map(({ name }) => name).filter((name) => !ended.has(name)),
    metrics: estimates(finished.map(({ summary }) => summary)),
  };
}

/** Undefined: it has not begun, or cannot be read. */
async function standOf(folder: string): Promise<RunSummary | undefined> {
  return summaryOf(folder).catch(() => undefined);
}

function estimates(runs: readonly RunSummary[]): Record<string, Estimate> {
  const names = [...new Set(runs.flatMap(({ metrics }) => Object.keys(metrics)))];
  return Object.fromEntries(
    names.flatMap((name) => {
      const values = runs.flatMap(({ metrics }) => metrics[name] ?? []);
      return values.length === 0 ? [] : [[name, estimate(values)]];
    }),
  );
}

/** Mean and standard error of values that were drawn independently. */
export function estimate(values: readonly number[]): Estimate {
  const runs = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / runs;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: runs < 2 ? null : Math.sqrt(squares / (runs - 1) / runs), runs };
}

/** Of a mean of equal numbers, in parts of it: that is no error of theirs. */
const rounding = 1e-12;

/** Mean and standard error to the error's second digit, times `scale`; "-" where there is none. */
export function shownEstimate(found: Estimate | undefined, scale = 1): string {
  if (found === undefined) return "-";
  const [mean, standardError] = [found.mean * scale, (found.standardError ?? 0) * scale];
  if (standardError <= rounding * Math.abs(mean)) return String(Number(mean.toPrecision(4)));
  const digits = Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(standardError))));
  return `${mean.toFixed(digits)} ± ${standardError.toFixed(digits)}`;
}

/** The table for spreadsheets: a row a point, two columns a metric. */
export function csvOf(rows: readonly SweepRow[]): string {
  const options = [...new Set(rows.flatMap((row) => Object.keys(row.options)))];
  const metrics = [...new Set(rows.flatMap((row) => Object.keys(row.metrics)))];
  const head = [...options, "finished", "failed", ...metrics.flatMap((name) => [name, `${name} (standard error)`])];
  const lines = rows.map((row) => [
    ...options.map((option) => row.options[option]),
    row.finished.length,
    Object.keys(row.failed).length,
    ...metrics.flatMap((name) => [row.metrics[name]?.mean, row.metrics[name]?.standardError]),
  ]);
  return csvText([head, ...lines]);
}

/** Rows for spreadsheets; what is undefined or null is an empty cell. */
export function csvText(rows: readonly (readonly unknown[])[]): string {
  return rows.map((cells) => `${cells.map(cell).join(",")}\n`).join("");
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "string" ? value : jsonText(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
