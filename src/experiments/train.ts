import { resolve } from "node:path";
import type { Backend, BackendInfo, Cancellable } from "../backend.ts";
import type { Dataset } from "../data/dataset.ts";
import { AdsamError } from "../errors.ts";
import { refuseUnknownOptions } from "../given.ts";
import { packageVersion } from "../package.ts";
import { checkStages } from "../port/stages/open.ts";
import type { OpenOptions } from "../schema/backends.ts";
import { type NetworkSpecInput, networkSpec } from "../schema/models.ts";
import {
  type FitOptionsInput,
  fitOptions,
  type KeepInput,
  type StateEveryInput,
  stateEvery,
} from "../schema/options.ts";
import type { FitFiles, Run } from "../training.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { validate } from "../validation.ts";
import { type DataChoice, dataRecordOf, isInMemory, loadChosen } from "./data.ts";
import { follow } from "./follow.ts";
import { givenLoggers, logged, type RunLogger } from "./logger.ts";
import {
  createRunFolder,
  defaultRunFolder,
  discardUnstartedRun,
  refuseFilledFolder,
  removeEmptyFolder,
} from "./new-folder.ts";
import { limitOptions, type RunRecord, remarks, runFormat } from "./record.ts";
import { isOpen, RunBackend } from "./run-backend.ts";
import { runFiles } from "./run-folder.ts";
import { RunStages, type StagePlaces } from "./run-stages.ts";
import { masked, maskedValue } from "./secrets.ts";
import { startingPoint } from "./starting-point.ts";
import { surroundings } from "./surroundings.ts";
import type { TrainEvent } from "./train-events.ts";

/** What to train, on what and how; everything left out has the default of its schema. */
export interface TrainOptions extends Cancellable {
  /** The number of classes is the data set's, and the seed that of `fit`, unless they are given. */
  readonly model: NetworkSpecInput;
  /** What to train on: where it is, or a data set in memory, which is to be given again when the run goes on. */
  readonly data: DataChoice | Dataset;
  /** How to train. */
  readonly fit?: FitOptionsInput | undefined;
  /** How often everything needed to go on is saved in the middle of an epoch. */
  readonly stateEvery?: StateEveryInput | undefined;
  /** Which models are kept, besides the last one: `checkpoint-best.safetensors`, `checkpoint-epoch-<epochs>.safetensors`. */
  readonly keep?: KeepInput | undefined;
  /** Stop after so many minutes, with the step under way; the run can go on. null, as unless given: no limit. */
  readonly maxMinutes?: number | null | undefined;
  /** Are told how the run goes, one after another, each before the next event. */
  readonly loggers?: readonly RunLogger[] | undefined;
  /**
   * A checkpoint to start from, or the folder of a run, whose best model is meant where it was kept: of a plain network, whose
   * weights become the means, or of the same plain network.
   */
  readonly pretrain?: string | undefined;
  /** Initial sigma of each weight in parts of that plain network's, sigma = relativeSigma * |w|; null, as unless given: `model.initLogSigma`. */
  readonly relativeSigma?: number | null | undefined;
  /** What computes; torch unless told otherwise. A backend that is open stays open. */
  readonly backend?: OpenOptions | Backend | undefined;
  /**
   * What computes stages of each step instead: `{ adversarial: "tfjs" }` for the signed ascents, `{ "layer:linear": "tfjs" }` for
   * a convolution or a linear layer.
   */
  readonly stages?: StagePlaces | undefined;
  /** Words to find the run by. */
  readonly tags?: readonly string[] | undefined;
  /** What there is to say about it. */
  readonly notes?: string | undefined;
  /** Where the run is recorded; otherwise a new folder in `runs`. */
  readonly folder?: string | undefined;
}

const known: Readonly<Record<keyof TrainOptions, true>> = {
  ...{
    model: true,
    data: true,
    fit: true,
    stateEvery: true,
    keep: true,
    maxMinutes: true,
    loggers: true,
    pretrain: true,
  },
  ...{ relativeSigma: true, backend: true, stages: true, tags: true, notes: true, folder: true, signal: true },
};

/**
 * Trains a network and records the run in a folder: run.json, events.jsonl, the checkpoint, the training state, result.json.
 * When the signal fires, or the iteration is left, the run ends with status "cancelled" and can be resumed.
 * @throws AdsamError `usage` for options out of range, `file` for a folder that holds something already or in which a run is
 *   going on, `diverged` and `disk`, and whatever the data set and the backend refuse.
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainEvent, void> {
  const started = new Date();
  refuseUnknownOptions(options, known, "train");
  const { model: modelInput, data: choice, fit: fitInput = {}, signal } = options;
  const loggers = givenLoggers(options.loggers, "train");
  const fit = validate(fitOptions, fitInput, "fit");
  const every = validate(stateEvery, options.stateEvery ?? {}, "stateEvery");
  const limits = validate(limitOptions, { keep: options.keep, maxMinutes: options.maxMinutes }, "train");
  const said = validate(remarks, { tags: options.tags, notes: options.notes }, "train");
  const folder = resolve(options.folder ?? defaultRunFolder(modelInput.kind, choice.name, started));
  await refuseFilledFolder(folder);
  const data = await loadChosen(choice);
  const spec = validate(networkSpec, { classes: data.classes, seed: fit.seed, ...modelInput }, "model");
  const start = await startingPoint(options, spec);
  await using backend = await RunBackend.of(options.backend);
  await using stages = await RunStages.of(options.stages);
  const model = await unlessAborted(backend.model(spec, start), signal);
  const info = await backend.info();
  await checkStages({ backend: info.backend, spec, tensors: model.tensors, options: fit }, stages.backends);
  const run: RunRecord = {
    format: runFormat,
    version: packageVersion(),
    started: started.toISOString(),
    given: { ...givenOptions(options, info), ...givenStages(options.stages, await stages.info()) },
    model: spec,
    fit,
    stateEvery: every,
    ...limits,
    data: dataRecordOf(choice, data),
    pretrain: start?.checkpoint ?? null,
    relativeSigma: start?.relativeSigma ?? null,
    backend: info,
    stages: await stages.info(),
    tags: said.tags.map(masked),
    notes: said.notes === null ? null : masked(said.notes),
    ...(await surroundings()),
  };
  const lock = await createRunFolder(folder, run);
  try {
    const training = () => model.fit(data, { ...fit, ...savedIn(folder, run), stages: stages.backends });
    yield* trainIn(folder, training, run, { data, loggers, signal });
  } catch (error) {
    if (!isCrash(error)) await discardUnstartedRun(folder);
    throw error;
  } finally {
    await lock[Symbol.asyncDispose]();
    await removeEmptyFolder(folder);
  }
}

interface FollowedRun extends Cancellable {
  readonly data: Dataset;
  readonly loggers?: readonly RunLogger[] | undefined;
  /** Called once, when everything that could be refused has been accepted. */
  readonly onBegin?: () => Promise<void>;
}

/** Hands on what a run tells, from its beginning to how it ended, and keeps everything in the folder. */
export function trainIn(
  folder: string,
  training: () => Run,
  run: RunRecord,
  { data, loggers = [], onBegin = async () => {}, signal }: FollowedRun,
): AsyncGenerator<TrainEvent, void> {
  async function* events(): AsyncGenerator<TrainEvent, void> {
    yield { kind: "start", folder, run };
    const result = yield* follow(training(), { files: runFiles(folder), maxMinutes: run.maxMinutes, onBegin, signal });
    yield { kind: "result", folder, result };
  }
  return logged(events(), loggers, { folder, record: run, data });
}

/** Where a run's files are written, and how often. */
export function savedIn(folder: string, { stateEvery: every, keep }: RunRecord): FitFiles {
  const { checkpoint, state, events } = runFiles(folder);
  return { checkpoint, state, events, stateEvery: every, keep };
}

/** The options as run.json keeps them: without secrets, and of what was open or in memory the name. */
function givenOptions(options: TrainOptions, info: BackendInfo): RunRecord["given"] {
  const { model, data, fit = {}, stateEvery: every, keep, maxMinutes, relativeSigma, backend = {} } = options;
  return maskedValue({
    model,
    data: isInMemory(data) ? { name: data.name } : data,
    fit,
    ...(every === undefined ? {} : { stateEvery: every }),
    ...(keep === undefined ? {} : { keep }),
    ...(maxMinutes === undefined ? {} : { maxMinutes }),
    ...(relativeSigma === undefined ? {} : { relativeSigma }),
    backend: isOpen(backend) ? { backend: info.backend, device: info.device } : backend,
  });
}

/** As run.json keeps them: of what was open the name and the device. */
function givenStages(places: StagePlaces = {}, infos: Readonly<Record<string, BackendInfo>>): RunRecord["given"] {
  const given = Object.entries(places).map(([stage, place]) => {
    const info = typeof place === "object" && isOpen(place) ? infos[stage] : undefined;
    return [stage, info === undefined ? place : { backend: info.backend, device: info.device }];
  });
  return given.length === 0 ? {} : { stages: maskedValue(Object.fromEntries(given)) };
}

/** Not a refusal: run.json has all that it takes to begin anew. */
function isCrash(error: unknown): boolean {
  return error instanceof AdsamError && error.code === "crashed";
}
