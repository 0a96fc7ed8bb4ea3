import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import type { Backend, Cancellable } from "../backend.ts";
import type { Dataset } from "../data/dataset.ts";
import { AdsamError } from "../errors.ts";
import { refuseUnknownOptions } from "../given.ts";
import { isSpent } from "../patience.ts";
import { checkStages } from "../port/stages/open.ts";
import type { OpenOptions } from "../schema/backends.ts";
import { type FitOptions, fitOptions } from "../schema/options.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { validate } from "../validation.ts";
import { choiceOf, type DataChoice, dataRecordOf, loadChosen, requireSameData } from "./data.ts";
import { givenLoggers, type RunLogger } from "./logger.ts";
import { limitOptions, type RunRecord } from "./record.ts";
import { isOpen, RunBackend } from "./run-backend.ts";
import { leftoversIn, openRun, type RunFolder, removeResult, writeRecord } from "./run-folder.ts";
import { lockRun } from "./run-lock.ts";
import { RunStages, type StagePlaces } from "./run-stages.ts";
import { savedIn, trainIn } from "./train.ts";
import type { TrainEvent } from "./train-events.ts";

/** How a run goes on. */
export interface ResumeOptions extends Cancellable {
  /** Train to this many epochs in all; not fewer than the run was to have. */
  readonly epochs?: number | undefined;
  /** Wait for so many epochs in a row for a better one; null: do not wait. Unless given, as the run did. */
  readonly patience?: number | null | undefined;
  /** Stop after so many minutes, counted from now; null: no limit. Unless given, as many as the run was given. */
  readonly maxMinutes?: number | null | undefined;
  /** Are told how the run goes on, as those of `train`. */
  readonly loggers?: readonly RunLogger[] | undefined;
  /** Where the files of the data set lie, if not where they were. */
  readonly dataFolder?: string | undefined;
  /** The data set, of a run that was made with one in memory; it may be given instead of files too. */
  readonly data?: Dataset | undefined;
  /** What computes stages of each step instead, where not what did for the run; `{}`: nothing does any more. */
  readonly stages?: StagePlaces | undefined;
  /** What computes, where not the run's own backend and device. A backend that is open stays open. */
  readonly backend?: OpenOptions | Backend | undefined;
}

const known: Readonly<Record<keyof ResumeOptions, true>> = {
  ...{ epochs: true, patience: true, maxMinutes: true, loggers: true, dataFolder: true, data: true },
  ...{ stages: true, backend: true, signal: true },
};

/**
 * Goes on with a run from its last training state, with the options recorded in its folder; one that was ended by force
 * before it had a state begins anew. What is refused leaves the folder as it was.
 * @throws AdsamError `file` for a folder that is no run's, has lost its training state, or in which a run is going on;
 *   `usage` when nothing is left to train; `data` when the data set has changed; and as `train`.
 */
export async function* resumeTraining(path: string, options: ResumeOptions = {}): AsyncGenerator<TrainEvent, void> {
  refuseUnknownOptions(options, known, "resumeTraining");
  const { signal } = options;
  const loggers = givenLoggers(options.loggers, "resumeTraining");
  const folder = resolve(path);
  await openRun(folder); // what is no run's folder is not to be locked
  await using _ = await lockRun(folder);
  const stopped = await openRun(folder);
  const { record, files } = stopped;
  const fit = lengthOf(stopped, options);
  const { maxMinutes = record.maxMinutes } = options;
  const limits = validate(limitOptions, { keep: record.keep, maxMinutes }, "resume");
  const resume = stateOf(stopped);
  const choice = dataOf(record, options);
  const data = await loadChosen(choice);
  requireSameData(record.data, dataRecordOf(choice, data));
  await using backend = await RunBackend.of(backendOf(record, options.backend));
  await using stages = await RunStages.of(options.stages ?? stagesOf(record));
  const { pretrain, relativeSigma } = record;
  const start = resume === undefined && pretrain !== null ? { checkpoint: pretrain, relativeSigma } : null;
  const model = await unlessAborted(backend.model(record.model, start), signal);
  const info = await backend.info();
  const { spec, tensors } = model;
  await checkStages({ backend: info.backend, spec, tensors, options: fit }, stages.backends);
  const run = { ...record, fit, ...limits, backend: info, stages: await stages.info() };
  const leftovers = await leftoversIn(folder); // now, for the run that goes on makes such files too
  const onBegin = async () => {
    await Promise.all(leftovers.map((path) => rm(path, { force: true })));
    await writeRecord(files.record, run);
    await removeResult(files);
  };
  const training = () => model.fit(data, { ...fit, ...savedIn(folder, run), resume, stages: stages.backends });
  yield* trainIn(folder, training, run, { data, loggers, onBegin, signal });
}

/** The state to go on from; none for a run that was ended before it had saved one. */
function stateOf({ folder, files }: RunFolder): string | undefined {
  if (existsSync(files.state)) return files.state;
  if (!existsSync(files.checkpoint)) return undefined;
  throw new AdsamError("file", `${folder} holds a checkpoint, but no training state any more`, {
    suggestion: "bring back its state.safetensors, or start a new run from the checkpoint with --pretrain",
  });
}

function dataOf({ data }: RunRecord, { data: given, dataFolder }: ResumeOptions): DataChoice | Dataset {
  if (given === undefined) return choiceOf(data, dataFolder);
  if (dataFolder === undefined) return given;
  throw new AdsamError("usage", "expected one of data and dataFolder, got both");
}

/** The run's own backend and device, unless others are asked for. */
function backendOf(
  { backend: { backend, device } }: RunRecord,
  asked: OpenOptions | Backend = {},
): OpenOptions | Backend {
  if (isOpen(asked)) return asked;
  const other = asked.backend !== undefined && asked.backend !== backend;
  return { backend, ...(other ? {} : { device }), ...asked };
}

/** Where the run's own stages were computed. */
function stagesOf({ stages }: RunRecord): StagePlaces {
  const places = Object.entries(stages).map(([stage, { backend, device }]) => [stage, { backend, device }] as const);
  return Object.fromEntries(places);
}

/** How the run was trained, with its length and patience as they are asked for now. */
function lengthOf({ record, result }: RunFolder, asked: ResumeOptions): FitOptions {
  const given = { epochs: asked.epochs ?? record.fit.epochs, patience: asked.patience };
  if (given.patience === undefined) given.patience = record.fit.patience;
  const fit = { ...record.fit, ...validate(fitOptions.pick({ epochs: true, patience: true }), given, "fit") };
  const { epochs } = fit;
  if (epochs < record.fit.epochs) {
    throw new AdsamError("usage", `epochs: expected at least the run's ${record.fit.epochs}, got ${epochs}`, {
      suggestion: "a run that goes on can be made longer, not shorter",
    });
  }
  if (result?.status === "finished" && epochs <= result.epochs) {
    throw new AdsamError("usage", `the run has finished its ${result.epochs} epochs`, {
      suggestion: `ask for more epochs than that to go on with it`,
    });
  }
  if (result?.status === "finished" && result.best !== null && isSpent(result.epochs, result.best, fit)) {
    throw new AdsamError("usage", `the run has ended: no epoch after ${result.best.epoch + 1} was better`, {
      suggestion: `ask for more patience than ${fit.patience} to go on with it`,
    });
  }
  return fit;
}
