import { differencesOf, type RunDifference } from "../experiments/compare-runs.ts";
import { jsonText } from "../json.ts";
import type { ReportedRun } from "./reported-run.ts";

/** Runs of the same options, which differ in the seed at most. */
export interface Group<Run> {
  /** What tells it from the others. */
  readonly name: string;
  readonly runs: readonly Run[];
}

/** Runs in groups, and the options in which the groups differ. */
export interface Grouping<Run> {
  readonly groups: readonly Group<Run>[];
  readonly differences: readonly RunDifference[];
}

/** What is averaged over. */
const averaged = new Set(["fit.seed", "model.seed"]);

const longest = 48;

/** Puts runs together whose options are the same. */
export function grouped<Run extends ReportedRun>(runs: readonly Run[]): Grouping<Run> {
  const differences = differencesOf(runs.map(({ summary }) => summary));
  const options = differences.filter(({ option }) => !averaged.has(option));
  const points = new Map<string, Run[]>();
  for (const [index, run] of runs.entries()) {
    const key = jsonText(options.map(({ values }) => values[index] ?? null));
    points.set(key, [...(points.get(key) ?? []), run]);
  }
  const groups = [...points.values()].map((own) => ({ name: nameOf(own, runs, options), runs: own }));
  return { groups: distinct(groups), differences: options };
}

/** A run by itself has a name; several are called by their options. */
function nameOf(own: readonly ReportedRun[], runs: readonly ReportedRun[], options: readonly RunDifference[]): string {
  const [first] = own;
  if (first === undefined || own.length === 1) return first?.name ?? "";
  if (own.length === runs.length) return "all runs";
  const index = runs.indexOf(first);
  const words = options.map(({ option, values }) => `${option.split(".").at(-1)} ${plain(values[index])}`).join(", ");
  return words.length > longest ? `${first.name} and ${own.length - 1} more` : words;
}

function distinct<Run>(groups: readonly Group<Run>[]): Group<Run>[] {
  return groups.map((group, n) => {
    const same = groups.findIndex(({ name }) => name === group.name);
    return same === n ? group : { ...group, name: `${group.name} (${n + 1})` };
  });
}

function plain(value: unknown): string {
  if (value === undefined) return "-";
  return typeof value === "string" ? value : jsonText(value);
}
