import { existsSync } from "node:fs";
import { join, parse, resolve } from "node:path";
import * as z from "zod";
import type { Backend, Cancellable } from "../../backend.ts";
import type { Dataset } from "../../data/dataset.ts";
import { AdsamError } from "../../errors.ts";
import { makeFolders, refuseForeignFiles, writeFileAtomically } from "../../files.ts";
import { jsonText } from "../../json.ts";
import { evaluation } from "../../metrics.ts";
import { count, positiveCount } from "../../schema/numbers.ts";
import type { Tensor } from "../../tensor.ts";
import { validate } from "../../validation.ts";
import { defaultedConfig, trainConfig } from "../config.ts";
import { dataRecordOf, loadChosen, requireSameData } from "../data.ts";
import { joined } from "../predicted.ts";
import type { DataRecord, EndedRun } from "../record.ts";
import { openRun, runFiles } from "../run-folder.ts";
import type { SweepEvent, SweepTask } from "../sweep/engine.ts";
import { inTurn } from "../sweep/local.ts";
import { OpenBackends } from "../sweep/open-backends.ts";
import { requireSame, takeRuns } from "../sweep/sweep.ts";
import type { TrainConfig } from "../train-config.ts";
import { figureName, writeFigures } from "./figure.ts";
import { logitsOf } from "./logits.ts";
import {
  digitsInShort,
  fidelityNames,
  type PaperFidelity,
  planTrials,
  seedLimit,
  type Trial,
  tasksOf,
} from "./plan.ts";
import { type Judged, type PaperRow, rowsOf } from "./rows.ts";
import { paperCsv, paperMarkdown, retentionCsv } from "./table.ts";

/** What the paper's experiment compares, and how. */
export interface PaperOptions extends Cancellable {
  /** How all are trained, but for what is compared; unless given, as the preset `digits` in 20 of its 45 epochs. */
  readonly train?: TrainConfig | undefined;
  /** That is averaged over; 1, 2 and 3 unless given. */
  readonly seeds?: readonly number[] | undefined;
  /** Plain networks of an ensemble; 5 unless given. */
  readonly members?: number | undefined;
  /** Monte Carlo samples of the weights; 30 unless given. */
  readonly samples?: number | undefined;
  /** As the published code does it, as the paper says, or, unless given, both. */
  readonly fidelities?: readonly PaperFidelity[] | undefined;
  /** Where it is recorded; `experiments/paper-<data set>` unless given. */
  readonly folder?: string | undefined;
  /** One that is open and stays open; otherwise that of `train`, opened once. */
  readonly backend?: Backend | undefined;
  /** Takes runs that diverged once more; they are kept as they are otherwise. */
  readonly retry?: boolean | undefined;
  /** Told how it goes. */
  readonly onEvent?: ((event: SweepEvent) => void) | undefined;
}

/** What came of the paper's experiment. */
export interface PaperResult {
  /** Where it is recorded: paper.md, paper.csv, retention.csv, the retention figures as SVG and PNG, paper.json, and its runs. */
  readonly folder: string;
  /** What was trained and tested on. */
  readonly data: DataRecord;
  /** How all were trained, but for what is compared. */
  readonly train: TrainConfig;
  /** Plain networks of an ensemble. */
  readonly members: number;
  /** Monte Carlo samples of the weights. */
  readonly samples: number;
  /** A row a method and fidelity. */
  readonly rows: readonly PaperRow[];
}

/** Options of the experiment beside how is trained. */
export const paperOptions = z.strictObject({
  seeds: z
    .array(count.max(seedLimit - 1))
    .min(1)
    .default([1, 2, 3])
    .describe("that is averaged over"),
  members: positiveCount.min(2).max(1000).default(5).describe("plain networks of an ensemble"),
  samples: positiveCount.max(1_000_000).default(30).describe("Monte Carlo samples of the weights"),
  fidelities: z
    .array(z.enum(fidelityNames))
    .min(1)
    .default([...fidelityNames])
    .describe("as the published code does it, as the paper says, or both"),
  retry: z.boolean().default(false).describe("take runs that diverged once more"),
});

/**
 * The paper's experiment: Adversarial Sampling, plain variational inference (the same at ratio 0), the deterministic network, and
 * a deep ensemble of it (B. Lakshminarayanan et al., NIPS 2017), trained alike over several seeds and judged by the test images;
 * its table and its retention figure are written as files. What has finished is never taken again, and a run that was interrupted
 * goes on: the same call goes on with an experiment, however it ended.
 * @throws AdsamError before any run begins: `usage` for options that the experiment decides itself and where its folder holds
 *   runs of other options; `data` where the data set is another than that of the runs; `file` where it holds a table or a
 *   figure that no experiment wrote.
 */
export async function paperExperiment(options: PaperOptions = {}): Promise<PaperResult> {
  const { train = digitsInShort, folder: at, backend: lent, onEvent, signal, ...chosen } = options;
  const { retry, ...comparison } = validate(paperOptions, chosen, "paperExperiment");
  validate(trainConfig, train, "paperExperiment: train");
  const { data: choice } = defaultedConfig(train);
  const folder = resolve(at ?? join("experiments", `paper-${shortName(choice.name)}`));
  const figures = comparison.fidelities.map(figureName).flatMap((name) => [`${name}.svg`, `${name}.png`]);
  refuseForeignFiles(folder, "paper.json", ["paper.md", "paper.csv", "retention.csv", ...figures]);
  const trials = planTrials({ train, ...comparison }, folder);
  const data = await loadChosen(choice);
  const record = dataRecordOf(choice, data);
  for (const task of tasksOf(trials)) await requireFitting(task, record);
  await makeFolders(folder);
  await using backends = new OpenBackends(lent);
  const judged: Judged[] = [];
  const failures = new Map<string, string>();
  const { members, samples } = comparison;
  const told = () => ({ folder, data: record, train, members, samples, rows: rowsOf(trials, judged, failures) });
  for (const seed of new Set(comparison.seeds)) {
    const own = trials.filter((trial) => trial.seed === seed);
    const failed = await takeRuns(tasksOf(own), { engine: inTurn(backends), retry, onEvent, signal });
    for (const [name, why] of failed) failures.set(name, why);
    for (const trial of own) {
      if (signal?.aborted) throw stopped(signal);
      const runs = await finishedRuns(trial, failures);
      if (runs !== undefined) judged.push(await judge(trial, runs, { data, backends, signal }));
    }
    await write(told());
  }
  return told();
}

/** `digits`, `cifar-10`, and of a path the last name in it. */
function shortName(data: string): string {
  return parse(resolve(data)).name.toLowerCase();
}

function stopped(signal: AbortSignal): AdsamError {
  return new AdsamError("cancelled", "the experiment was stopped before its end", {
    suggestion: "the same command goes on with it",
    cause: signal.reason,
  });
}

/** @throws AdsamError `usage` and `data` where the run's folder holds one of other options, or on other images. */
async function requireFitting(task: SweepTask, record: DataRecord): Promise<void> {
  if (!existsSync(runFiles(task.folder).record)) return;
  const run = await openRun(task.folder);
  requireSame(task, run);
  requireSameData(run.record.data, record);
}

/** Undefined: not all of them have finished. */
async function finishedRuns(trial: Trial, failures: Map<string, string>): Promise<readonly EndedRun[] | undefined> {
  const ended: EndedRun[] = [];
  for (const { name, folder } of trial.tasks) {
    const run = existsSync(runFiles(folder).record) ? await openRun(folder) : undefined;
    if (run?.result?.status === "failed") failures.set(name, run.result.error.message);
    if (run?.result?.status === "finished") ended.push(run.result);
  }
  return ended.length === trial.tasks.length ? ended : undefined;
}

interface Setting extends Cancellable {
  readonly data: Dataset;
  readonly backends: OpenBackends;
}

async function judge(trial: Trial, runs: readonly EndedRun[], setting: Setting): Promise<Judged> {
  const { data, backends, signal } = setting;
  const logits: Tensor[] = [];
  for (const task of trial.tasks) {
    const backend = () => backends.of(task.config.backend);
    const asking = { data, samples: trial.samples, backend, signal };
    logits.push(await logitsOf(task, asking));
  }
  const trainingSeconds = runs.reduce((sum, { seconds }) => sum + seconds, 0);
  return { trial, evaluation: evaluation({ logits: joined(logits) }, data.test.labels), trainingSeconds };
}

async function write({ folder, ...told }: PaperResult): Promise<void> {
  const { rows } = told;
  // First: it tells that an experiment wrote the others.
  await writeFileAtomically(join(folder, "paper.json"), [`${jsonText(told, 2)}\n`]);
  await writeFileAtomically(join(folder, "paper.md"), [paperMarkdown(rows)]);
  await writeFileAtomically(join(folder, "paper.csv"), [paperCsv(rows)]);
  await writeFileAtomically(join(folder, "retention.csv"), [retentionCsv(rows)]);
  await writeFigures(folder, rows);
}
