import { relative } from "node:path";
import type { RunComparison } from "../experiments/compare-runs.ts";
import type { RunList, RunSummary } from "../experiments/list-runs.ts";
import { jsonText } from "../json.ts";
import { percent } from "./progress.ts";
import { table } from "./table.ts";

/** Runs as a table that a person reads; those that cannot be read by name below it. */
export function showRuns({ runs, unreadable }: RunList): string {
  const head = ["run", "status", "epochs", "accuracy", "network", "data", "backend", "tags"];
  const rows = runs.map((run) => [...stand(run), ...made(run)]);
  const none = runs.length === 0 ? "no runs" : table([head, ...rows]);
  return [none, ...unreadable.map(({ error }) => `cannot be read: ${error.message}`)].join("\n");
}

/** The same for programs. */
export function listedAsJson({ runs, unreadable }: RunList) {
  return {
    runs,
    unreadable: unreadable.map(({ folder, error: { code, message } }) => ({ folder, error: { code, message } })),
  };
}

/** Where runs differ, a row an option, and what came of them. */
export function showComparison({ runs, differences }: RunComparison): string {
  const names = runs.map(nameOf);
  const metrics = [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))];
  return table([
    ["", ...names],
    ["status", ...runs.map(({ status }) => status)],
    ["epochs", ...runs.map(progressOf)],
    ...differences.map(({ option, values }) => [option, ...values.map(shown)]),
    ...metrics.map((metric) => [metric, ...runs.map((run) => rounded(run.metrics[metric]))]),
  ]);
}

function stand(run: RunSummary): string[] {
  const accuracy = run.metrics["validation/accuracy"] ?? run.metrics["train/accuracy"];
  return [nameOf(run), run.status, progressOf(run), typeof accuracy === "number" ? percent(accuracy) : "-"];
}

function made({ record: { model, data, backend, tags } }: RunSummary): string[] {
  return [model.bayesian ? model.kind : `${model.kind}, plain`, data.name, backend.backend, tags.join(", ")];
}

function nameOf({ folder }: RunSummary): string {
  return relative("", folder) || ".";
}

function progressOf({ epochs, record }: RunSummary): string {
  return `${epochs}/${record.fit.epochs}`;
}

function shown(value: unknown): string {
  if (value === undefined) return "-";
  return typeof value === "string" ? value : jsonText(value);
}

function rounded(value: number | null | undefined): string {
  return typeof value === "number" ? String(Number(value.toPrecision(5))) : "-";
}
