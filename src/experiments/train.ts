import { resolve } from "node:path";
import type { Backend, Cancellable, Model } from "../backend.ts";
import type { Dataset } from "../data/dataset.ts";
import { open } from "../open.ts";
import { packageVersion } from "../package.ts";
import type { OpenOptions } from "../schema/backends.ts";
import type { FitEvent } from "../schema/events.ts";
import { type NetworkSpec, type NetworkSpecInput, networkSpec } from "../schema/models.ts";
import { type FitOptionsInput, fitOptions } from "../schema/options.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { validate } from "../validation.ts";
import { type DataChoice, dataRecordOf, loadChosen } from "./data.ts";
import { follow } from "./follow.ts";
import { createRunFolder, defaultRunFolder, discardUnstartedRun, refuseFilledFolder } from "./new-folder.ts";
import { type EndedRun, type RunRecord, runFormat } from "./record.ts";
import { runFiles } from "./run-folder.ts";

/** What to train, on what and how; everything left out has the default of its schema. */
export interface TrainOptions extends Cancellable {
  /** The number of classes is the data set's unless it is given. */
  readonly model: NetworkSpecInput;
  /** What to train on. */
  readonly data: DataChoice;
  /** How to train. */
  readonly fit?: FitOptionsInput | undefined;
  /** A checkpoint to start from: of a plain network, whose weights become the means, or of the same plain network. */
  readonly pretrain?: string | undefined;
  /** What computes; torch unless told otherwise. */
  readonly backend?: OpenOptions | undefined;
  /** Where the run is recorded; otherwise a new folder in `runs`. */
  readonly folder?: string | undefined;
}

/** The run begins. */
export interface StartEvent {
  /** That it begins. */
  readonly kind: "start";
  /** Where it is recorded. */
  readonly folder: string;
  /** Everything that makes it what it is. */
  readonly run: RunRecord;
}

/** The run is over. */
export interface ResultEvent {
  /** That it is over. */
  readonly kind: "result";
  /** Where it is recorded. */
  readonly folder: string;
  /** How it ended. */
  readonly result: EndedRun;
}

/** What a run tells: where it is recorded, how it goes, how it ended. */
export type TrainEvent = StartEvent | FitEvent | ResultEvent;

/**
 * Trains a network and records the run in a folder: run.json, events.jsonl, the checkpoint, the training state, result.json.
 * When the signal fires, or the iteration is left, the run ends with status "cancelled" and can be resumed.
 * @throws AdsamError `usage` for options out of range, `file` for a folder that holds something already,
 *   and whatever the data set and the backend refuse.
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainEvent, void> {
  const started = new Date();
  const { model: modelInput, data: choice, fit: fitInput = {}, pretrain, signal } = options;
  const fit = validate(fitOptions, fitInput, "fit");
  const folder = resolve(options.folder ?? defaultRunFolder(modelInput.kind, choice.name, started));
  await refuseFilledFolder(folder);
  const data = await loadChosen(choice);
  const spec = validate(networkSpec, { classes: data.classes, ...modelInput }, "model");
  await using backend = await open(options.backend);
  const model = await unlessAborted(create(backend, spec, pretrain), signal);
  const run: RunRecord = {
    format: runFormat,
    version: packageVersion(),
    started: started.toISOString(),
    given: { model: modelInput, data: choice, fit: fitInput, backend: options.backend ?? {} },
    model: model.spec,
    fit,
    data: dataRecordOf(choice, data),
    pretrain: pretrain === undefined ? null : resolve(pretrain),
    backend: await backend.info(),
  };
  await createRunFolder(folder, run);
  yield { kind: "start", folder, run };
  try {
    yield* trainIn(folder, run, model, data, { signal });
  } catch (error) {
    await discardUnstartedRun(folder);
    throw error;
  }
}

/** Trains the model as the record says, goes on from `resume` where given, and keeps everything in the folder. */
export async function* trainIn(
  folder: string,
  { fit }: RunRecord,
  model: Model,
  data: Dataset,
  { resume, signal }: Cancellable & { readonly resume?: string },
): AsyncGenerator<TrainEvent, void> {
  const files = runFiles(folder);
  const start = () => model.fit(data, { ...fit, checkpoint: files.checkpoint, state: files.state, resume });
  const result = yield* follow(start, files, signal);
  yield { kind: "result", folder, result };
}

function create(backend: Backend, spec: NetworkSpec, pretrain: string | undefined): Promise<Model> {
  if (pretrain === undefined) return backend.model(spec);
  return backend.load(pretrain, { spec, pretrained: spec.bayesian });
}
