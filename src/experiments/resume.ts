import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Cancellable } from "../backend.ts";
import { AdsamError } from "../errors.ts";
import { open } from "../open.ts";
import type { OpenOptions } from "../schema/backends.ts";
import { fitOptions } from "../schema/options.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { validate } from "../validation.ts";
import { choiceOf, loadChosen } from "./data.ts";
import type { RunRecord } from "./record.ts";
import { openRun, type RunFolder, removeResult, writeRecord } from "./run-folder.ts";
import { type TrainEvent, trainIn } from "./train.ts";

/** How a run goes on. */
export interface ResumeOptions extends Cancellable {
  /** Train to this many epochs in all; not fewer than the run was to have. */
  readonly epochs?: number | undefined;
  /** Where the files of the data set lie, if not where they were. */
  readonly dataFolder?: string | undefined;
  /** What computes, where not the run's own backend and device. */
  readonly backend?: OpenOptions | undefined;
}

/**
 * Goes on with a run from its last training state, with the options recorded in its folder.
 * @throws AdsamError `file` for a folder that is no run's or holds no training state, `usage` when nothing is left to train.
 */
export async function* resumeTraining(path: string, options: ResumeOptions = {}): AsyncGenerator<TrainEvent, void> {
  const { signal } = options;
  const folder = resolve(path);
  const stopped = await openRun(folder);
  const { record, files } = stopped;
  const fit = { ...record.fit, epochs: epochsOf(stopped, options.epochs) };
  if (!existsSync(files.state) || !existsSync(files.checkpoint)) {
    throw new AdsamError("file", `${folder} holds no training state: the run was ended before it saved one`, {
      suggestion: "start it anew in another folder",
    });
  }
  const data = await loadChosen(choiceOf(record.data, options.dataFolder));
  await using backend = await open(backendOf(record, options.backend));
  const model = await unlessAborted(backend.load(files.checkpoint), signal);
  const run = { ...record, fit, backend: await backend.info() };
  await writeRecord(files.record, run);
  await removeResult(folder);
  yield { kind: "start", folder, run };
  yield* trainIn(folder, run, model, data, { resume: files.state, signal });
}

/** The run's own backend and device, unless others are asked for. */
function backendOf({ backend: { backend, device } }: RunRecord, asked: OpenOptions = {}): OpenOptions {
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
