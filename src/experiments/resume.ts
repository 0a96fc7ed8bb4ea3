import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import type { Backend, Cancellable } from "../backend.ts";
import type { Dataset } from "../data/dataset.ts";
import { AdsamError } from "../errors.ts";
import type { OpenOptions } from "../schema/backends.ts";
import { fitOptions } from "../schema/options.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { validate } from "../validation.ts";
import { choiceOf, type DataChoice, dataRecordOf, loadChosen, requireSameData } from "./data.ts";
import type { RunRecord } from "./record.ts";
import { isOpen, RunBackend } from "./run-backend.ts";
import { leftoversIn, openRun, type RunFolder, removeResult, writeRecord } from "./run-folder.ts";
import { lockRun } from "./run-lock.ts";
import { savedIn, type TrainEvent, trainIn } from "./train.ts";

/** How a run goes on. */
export interface ResumeOptions extends Cancellable {
  /** Train to this many epochs in all; not fewer than the run was to have. */
  readonly epochs?: number | undefined;
  /** Where the files of the data set lie, if not where they were. */
  readonly dataFolder?: string | undefined;
  /** The data set, of a run that was made with one in memory; it may be given instead of files too. */
  readonly data?: Dataset | undefined;
  /** What computes, where not the run's own backend and device. A backend that is open stays open. */
  readonly backend?: OpenOptions | Backend | undefined;
}

/**
 * Goes on with a run from its last training state, with the options recorded in its folder; one that was ended by force
 * before it had a state begins anew. What is refused leaves the folder as it was.
 * @throws AdsamError `file` for a folder that is no run's, has lost its training state, or in which a run is going on;
 *   `usage` when nothing is left to train; `data` when the data set has changed; and as `train`.
 */
export async function* resumeTraining(path: string, options: ResumeOptions = {}): AsyncGenerator<TrainEvent, void> {
  const { signal } = options;
  const folder = resolve(path);
  await openRun(folder); // what is no run's folder is not to be locked
  await using _ = await lockRun(folder);
  const stopped = await openRun(folder);
  const { record, files } = stopped;
  const fit = { ...record.fit, epochs: epochsOf(stopped, options.epochs) };
  const resume = stateOf(stopped);
  const choice = dataOf(record, options);
  const data = await loadChosen(choice);
  requireSameData(record.data, dataRecordOf(choice, data));
  await using backend = await RunBackend.of(backendOf(record, options.backend));
  const pretrain = resume === undefined ? (record.pretrain ?? undefined) : undefined;
  const model = await unlessAborted(backend.model(record.model, pretrain), signal);
  const run = { ...record, fit, backend: await backend.info() };
  yield { kind: "start", folder, run };
  const leftovers = await leftoversIn(folder); // now, for the run that goes on makes such files too
  const onBegin = async () => {
    await Promise.all(leftovers.map((path) => rm(path, { force: true })));
    await writeRecord(files.record, run);
    await removeResult(files);
  };
  yield* trainIn(folder, model.fit(data, { ...fit, ...savedIn(folder, run), resume }), { onBegin, signal });
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

function epochsOf({ record, result }: RunFolder, asked = record.fit.epochs): number {
  const { epochs } = validate(fitOptions.pick({ epochs: true }), { epochs: asked }, "fit");
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
  return epochs;
}
