import { resolve } from "node:path";
import * as z from "zod";
import type { Backend, Cancellable } from "../backend.ts";
import { type CorruptionName, corruptionNames } from "../data/corrupt/index.ts";
import { AdsamError } from "../errors.ts";
import { predictedBy } from "../experiments/predicted.ts";
import { isOpen } from "../experiments/run-backend.ts";
import { OpenBackends } from "../experiments/sweep/open-backends.ts";
import { absolutePath, writeFileAtomically } from "../files.ts";
import type { BackendName, OpenOptions } from "../schema/backends.ts";
import { count, positiveCount } from "../schema/numbers.ts";
import { abortSignal, validate } from "../validation.ts";
import { chaptersOf } from "./chapters.ts";
import { readConformance } from "./conformance.ts";
import { drawn } from "./draw.ts";
import { withEnsembles } from "./ensemble.ts";
import { checkPicturesFolder, checkReportPath, writePictures } from "./files.ts";
import { type Gallery, galleryOf } from "./gallery.ts";
import { grouped } from "./groups.ts";
import type { JudgedRun } from "./measures.ts";
import { pageHtml } from "./page.ts";
import { type PredictionOptions, Predictor } from "./predictions.ts";
import { type ReportedRun, readRun } from "./reported-run.ts";
import { resultRows } from "./tables.ts";

/** How runs are reported on. */
export interface RunReportOptions extends Cancellable {
  /** The page, an HTML file; another report is replaced. */
  readonly output: string;
  /** A folder, new, empty or an earlier report's, for each picture as SVG and PNG, and its numbers as CSV; none unless given. */
  readonly pictures?: string | undefined;
  /** Only what the folders hold: nothing is predicted. */
  readonly recordedOnly?: boolean | undefined;
  /** Monte Carlo samples of each prediction; 10 unless given. */
  readonly samples?: number | undefined;
  /** Corruptions of the test images, each predicted on at five severities. */
  readonly shift?: readonly CorruptionName[] | undefined;
  /** A data set, as `loadDataset` takes it, whose test images are out of distribution. */
  readonly outOfDistribution?: string | undefined;
  /** Whether the mean of the predictions of runs that differ in the seed alone is judged too, as a deep ensemble. */
  readonly ensemble?: boolean | undefined;
  /** What `adsam conform --json` answered, a file, to be shown beside the versions of the runs. */
  readonly conformance?: string | undefined;
  /** How many of the most and of the least certain images are shown; 8 unless given. */
  readonly images?: number | undefined;
  /**
   * What predicts. Unless given, whatever made the predictions that the runs' folders keep, then torch for more than five runs that
   * were trained on it, otherwise tfjs, which starts sooner than Python. One that is open stays open.
   */
  readonly backend?: OpenOptions | Backend | undefined;
}

/** What was written. */
export interface RunReport {
  /** The page. */
  readonly output: string;
  /** Pictures and tables. */
  readonly pictures: readonly string[];
  /** Of each run that nothing was predicted with, why. */
  readonly unpredicted: Readonly<Record<string, string>>;
}

const reportOptions = z.strictObject({
  output: z.string().min(1),
  pictures: z.string().min(1).optional(),
  recordedOnly: z.boolean().default(false),
  samples: positiveCount.default(10),
  shift: z.array(z.enum(corruptionNames)).readonly().default([]),
  outOfDistribution: z.string().min(1).optional(),
  ensemble: z.boolean().default(false),
  conformance: z.string().min(1).optional(),
  images: count.default(8),
  backend: z.custom<OpenOptions | Backend>((value) => typeof value === "object").optional(),
  signal: abortSignal.optional(),
});

/**
 * Writes one page about runs: what was run, how training went, how good, calibrated and certain their models are, and how runs
 * compare, averaged over those that differ in the seed alone. It needs no network and no script. The best model of a run predicts
 * where one was kept, otherwise the last; a run that lacks a model or its data is reported on without.
 * @param folders of the runs.
 * @throws AdsamError `usage` without runs, for one that is given twice and for options out of range; `file` for a folder that is no
 *   run's, of another version or damaged, and where the page cannot be written or would replace something else; `environment`
 *   where the backend lacks what it needs, or there is no sharp for pictures.
 */
export async function report(folders: readonly string[], options: RunReportOptions): Promise<RunReport> {
  const given = validate(reportOptions, options, "report");
  const output = absolutePath(given.output, "report: output");
  const places = folders.map((folder) => absolutePath(folder, "report"));
  const twice = places.find((place, n) => places.indexOf(place) !== n);
  if (twice !== undefined) throw new AdsamError("usage", `expected each run once, got ${twice} twice`);
  if (places.length === 0) throw new AdsamError("usage", "expected runs to report on, got none");
  const folder = given.pictures === undefined ? undefined : absolutePath(given.pictures, "report: pictures");
  await checkReportPath(output);
  if (folder !== undefined) await checkPicturesFolder(folder);
  const conformance = given.conformance === undefined ? null : await readConformance(resolve(given.conformance));
  const read = await Promise.all(places.map(readRun));
  const runs = await judged(read, given);
  const plain = grouped(runs);
  const grouping = given.ensemble ? withEnsembles(plain) : plain;
  if (given.ensemble && grouping.groups.length === plain.groups.length) {
    throw new AdsamError("usage", "ensemble: expected runs that differ in the seed alone and can predict, got none");
  }
  const chapters = chaptersOf(grouping.groups);
  const charts = chapters.flatMap((chapter) => chapter.charts);
  const svgs = new Map<string, string>();
  for (const chart of charts) svgs.set(chart.name, await drawn(chart));
  const galleries = await Promise.all(runs.map((run) => galleryOrReason(run, given.images)));
  const title = runs.length === 1 ? `Report of ${runs[0]?.name}` : `Report of ${runs.length} runs`;
  const predicted = runs.some(({ predictions }) => predictions !== null) ? howPredicted(runs) : null;
  const page = pageHtml({ title, grouping, runs, chapters, svgs, galleries, predicted, conformance });
  const pictures = folder === undefined ? [] : await writePictures(folder, charts, svgs, resultRows(grouping));
  await writeFileAtomically(output, [page]);
  const unpredicted = runs.flatMap(({ name, unpredicted: reason }) => (reason === null ? [] : [[name, reason]]));
  return { output, pictures, unpredicted: Object.fromEntries(unpredicted) };
}

async function judged(
  runs: readonly ReportedRun[],
  { recordedOnly, backend, outOfDistribution, ...options }: z.output<typeof reportOptions>,
): Promise<JudgedRun[]> {
  if (recordedOnly || runs.every(({ checkpoint }) => checkpoint === null)) {
    const reason = recordedOnly ? "only what is recorded was asked for" : "it has no model";
    return runs.map((run) => ({ ...run, predictions: null, unpredicted: reason }));
  }
  const lent = backend !== undefined && isOpen(backend) ? backend : undefined;
  const toOpen = backend !== undefined && !isOpen(backend) ? backend : { backend: usual(runs) };
  await using backends = new OpenBackends(lent);
  const asked: PredictionOptions = {
    ...options,
    outOfDistribution: outOfDistribution ?? null,
    by: backend === undefined ? null : await predictedBy(backend),
    backend: () => backends.of(toOpen),
  };
  const predictor = new Predictor(asked);
  const found: JudgedRun[] = [];
  for (const run of runs) {
    const made = await predictor.of(run);
    found.push(
      "reason" in made
        ? { ...run, predictions: null, unpredicted: made.reason }
        : { ...run, predictions: made, unpredicted: null },
    );
  }
  return found;
}

/** For more runs Python's start is worth it. */
const few = 5;

/** Of many runs that were trained on it torch, which is faster; otherwise tfjs, which starts sooner. */
function usual(runs: readonly ReportedRun[]): BackendName {
  const onTorch = runs.every(({ folder: { record } }) => record.backend.backend === "torch");
  return runs.length > few && onTorch ? "torch" : "tfjs";
}

function howPredicted(runs: readonly JudgedRun[]): string {
  const samples = Math.max(...runs.map(({ predictions }) => predictions?.evaluation.samples ?? 0));
  const best = runs.filter(({ checkpoint, folder }) => checkpoint === folder.files.best).length;
  const which = best === runs.length ? "best" : best === 0 ? "last" : "best model that was kept, otherwise the last";
  const model = which.includes(" ") ? which : `${which} model`;
  return `Predictions are of the ${model} of each run, on the test images of its data set, with ${samples} Monte Carlo samples.`;
}

async function galleryOrReason({ predictions }: JudgedRun, images: number): Promise<Gallery | string> {
  if (predictions === null || images === 0) return "";
  return (await galleryOf(predictions, images)) ?? "the test data are no pictures.";
}
