import type { Split } from "../data/dataset.ts";
import { arePixels, checkNormalization, resolveNormalization, saidOf } from "../data/normalization.ts";
import { AdsamError } from "../errors.ts";
import type { OpenStages } from "../port/stages/stage.ts";
import type { Safetensors } from "../safetensors.ts";
import { checkSchedules } from "../schedules.ts";
import type { InputNormalization } from "../schema/data.ts";
import type { FitOptions } from "../schema/options.ts";
import type { FitResult } from "../schema/results.ts";
import { classesOf, labelled } from "./data.ts";
import type { Keeper } from "./keeper.ts";
import type { Network } from "./models/network.ts";
import type { OnEvent } from "./reporting.ts";
import { Run } from "./run.ts";
import { inside } from "./tensors.ts";

/** A training state that was kept. */
export interface SavedState {
  /** What was kept. */
  readonly file: Safetensors;
  /** What messages call it, such as its path. */
  readonly name: string;
}

/** What a training run is told beside its options. */
export interface FitSetting {
  /**
   * Of the images; "model" unless given: of pixels, which are whole numbers, what the model was trained with, while floating
   * point numbers are the network's input already. The model keeps it, in place of the one that it had.
   */
  readonly normalization?: InputNormalization | undefined;
  /** Told of every step and every epoch. */
  readonly onEvent?: OnEvent | undefined;
  /** Looked at after every step; once it has fired the run ends with status "cancelled". */
  readonly stop?: AbortSignal | undefined;
  /** What writes the run down while it goes on. */
  readonly files?: Keeper | undefined;
  /** A state that it saved to go on from, with the same options; more epochs are fine. */
  readonly resume?: SavedState | undefined;
  /** What of each step is computed elsewhere; null unless given. */
  readonly stages?: OpenStages | null | undefined;
}

/** What to train on, and what to validate on. */
export interface TrainingData {
  /**
   * To train on, every image once an epoch; the last batch may have fewer images, down to one, and is trained on like any
   * other.
   */
  readonly train: Split;
  /** To validate on after each epoch; null: nothing. */
  readonly test: Split | null;
}

/**
 * Trains `model` by Adversarial Sampling. Same seed, same engine: same run, bit for bit. Other work is given way to
 * between steps; the model is not to be used meanwhile.
 * @throws AdsamError `data`, `usage` or `checkpoint`, before training: so for a batch of one image, where a batch norm sees
 *   one pixel of it, and a variance of one value is asked for. `diverged` when the loss or a weight is no finite number any
 *   more; what was saved before stays.
 */
export async function fit(
  model: Network,
  { train, test }: TrainingData,
  options: FitOptions,
  { normalization: asked = "model", onEvent = () => {}, stop = never(), files, resume, stages = null }: FitSetting = {},
): Promise<FitResult> {
  checkSchedules(options);
  const classes = classesOf(model.spec);
  const normalization = resolveNormalization(model.normalization, train.images, asked);
  checkNormalization(normalization);
  const [training, testing] = [labelled(train, classes, "train"), test && labelled(test, classes, "test")];
  for (const part of [training, testing]) if (part) model.checkInput(inside(part.images.shape));
  checkAlike(train, test);
  checkBatches(model, training.images.shape, options.batch);
  const run = new Run(model, {
    train: training,
    test: testing,
    options,
    normalization,
    onEvent,
    stop,
    files: files ?? null,
    stages,
  });
  try {
    if (resume !== undefined) run.restore(resume.file, resume.name);
    model.normalization = saidOf(train.images, normalization) ?? model.normalization;
    return await run.go();
  } finally {
    run.dispose();
  }
}

/** @throws AdsamError `data` where one part is pixels and the other is not. */
function checkAlike(train: Split, test: Split | null): void {
  if (test === null || arePixels(test.images) === arePixels(train.images)) return;
  const [trained, tested] = [train.images.dtype, test.images.dtype];
  throw new AdsamError("data", `expected train and test images of one kind, got ${trained} and ${tested}`, {
    suggestion: "give both as pixels, or both as floating point numbers",
  });
}

/** @throws AdsamError `usage`, before training, where one of an epoch's batches is too small for batch norm. */
function checkBatches(model: Network, shape: readonly number[], size: number): void {
  const [images = 0, ...image] = shape;
  const count = Math.ceil(images / size);
  const last = images % size || size; // no other is smaller
  model.checkBatch(inside([last, ...image]), `batch ${size === 1 ? 1 : count} of ${count}`);
}

function never(): AbortSignal {
  return new AbortController().signal;
}
