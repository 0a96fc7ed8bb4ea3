import { relative } from "node:path";
import type { Command } from "commander";
import * as z from "zod";
import type { SweepEvent } from "../experiments/sweep/engine.ts";
import { type SweepResult, sweep } from "../experiments/sweep/sweep.ts";
import { type SweepRow, shownEstimate } from "../experiments/sweep/table.ts";
import { jsonText } from "../json.ts";
import { positiveCount } from "../schema/numbers.ts";
import { jsonGroup } from "./groups.ts";
import { interruptedExitCode, interruptSignal } from "./interrupt.ts";
import { addOptions } from "./options.ts";
import { renderEpoch } from "./progress.ts";
import { table } from "./table.ts";

const sweepGroup = {
  heading: "Sweep:",
  shape: {
    folder: z
      .string()
      .optional()
      .describe("record the runs in this folder; null: one of the file's name, beside it")
      .meta({ placeholder: "folder" }),
    engine: z.enum(["local"]).default("local").describe("what takes the runs: local, this machine"),
    jobs: positiveCount.default(1).describe("runs that go on at once; one uses all cores"),
    retry: z.boolean().optional().describe("take runs that diverged once more"),
  },
};
const output = jsonGroup("one JSON document on stdout");
const sweepArguments = z.object({ ...sweepGroup.shape, ...output.shape });

/** What the table of a person has; sweep.csv has all. */
const shownMetrics = ["validation/accuracy", "validation/loss", "train/loss", "seconds"];

/** `adsam sweep`: exits with 1 when a run has failed. */
export function sweepCommand(command: Command): void {
  addOptions(command, [sweepGroup, output]);
  command.action(async (file: string) => {
    const { engine: _, json, ...options } = sweepArguments.parse(command.opts());
    const signal = interruptSignal();
    const result = await sweep(file, { ...options, signal, onEvent: tellSweep });
    process.stdout.write(`${json ? jsonText(result) : showSweep(result)}\n`);
    if (signal.aborted) process.exitCode = interruptedExitCode();
    else if (result.rows.some(({ failed }) => Object.keys(failed).length > 0)) process.exitCode = 1;
  });
}

/** On stderr, as lines: which run begins, its epochs, and why it failed. */
export function tellSweep(event: SweepEvent): void {
  const told = textOf(event);
  if (told !== undefined) process.stderr.write(`${event.run}: ${told}\n`);
}

function textOf(event: SweepEvent): string | undefined {
  if (event.kind === "begin") return event.resumed ? "goes on" : "begins";
  if (event.kind === "end") return event.failure === null ? undefined : `failed: ${event.failure}`;
  return event.event.kind === "epoch" ? renderEpoch(event.event) : undefined;
}

/** The table as a person reads it, and what is not in it. */
export function showSweep({ folder, rows }: SweepResult): string {
  const options = [...new Set(rows.flatMap((row) => Object.keys(row.options)))];
  const metrics = shownMetrics.filter((name) => rows.some((row) => name in row.metrics));
  const head = [...options, "runs", ...metrics];
  const body = rows.map((row) => [
    ...options.map((option) => plain(row.options[option])),
    `${row.finished.length} of ${countOf(row)}`,
    ...metrics.map((name) => shownEstimate(row.metrics[name])),
  ]);
  const failures = rows.flatMap(({ failed }) => Object.entries(failed).map(([run, why]) => `failed: ${run}: ${why}`));
  const missing = rows.flatMap((row) => row.missing);
  return [
    table([head, ...body]),
    ...failures,
    ...(missing.length > 0 ? [`not finished: ${missing.join(" ")}; the same command goes on with them`] : []),
    `all numbers: ${relative("", folder) || "."}/sweep.csv`,
  ].join("\n");
}

function countOf({ finished, failed, missing }: SweepRow): number {
  return finished.length + Object.keys(failed).length + missing.length;
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : jsonText(value);
}
