import * as tf from "@tensorflow/tfjs-core";
import * as z from "zod";
import { AdsamError } from "../errors.ts";
import { jsonText } from "../json.ts";
import type { Safetensors } from "../safetensors.ts";
import { normalization } from "../schema/data.ts";
import { trainingMeans, validation } from "../schema/events.ts";
import { modelSpec } from "../schema/models.ts";
import { count, real } from "../schema/numbers.ts";
import { fitOptions } from "../schema/options.ts";
import { best } from "../schema/results.ts";
import { type NamedTensors, tensor } from "../tensor.ts";
import type { FastStep } from "./fast/step.ts";
import { scoped } from "./passes.ts";
import { fromTf, toFloat32 } from "./tensors.ts";

/** Of the layout that both backends write. */
const stateVersion = 1;
const metadataKey = "training_state";
/** What the names of accumulated gradients of the noise begin with. */
const noiseGradient = "noise_gradient.";

/** What must be the same when a run goes on; the device may be another. */
const setting = z.strictObject({
  spec: modelSpec,
  device: z.string(),
  options: fitOptions,
  normalization: normalization.nullable(),
  trainShape: z.array(count),
  testShape: z.array(count).nullable(),
});
export type Setting = z.output<typeof setting>;

/** Python's names of the sums, which the file has. */
const sums = z.record(z.string(), real).transform((values) => renamed(values, camelCase));

/** How far a run has come. */
const progress = z.strictObject({
  epochs: count.describe("finished"),
  batch: count.describe("steps taken in the epoch under way"),
  steps: count,
  seconds: real,
  epoch: z.strictObject({ images: count, seconds: real, sums }).describe("of the epoch under way"),
  lossScale: real.describe("of float16, which the twin does not know"),
  lossScaleStreak: count,
  train: trainingMeans.nullable().describe("of the last finished epoch"),
  validation: validation.nullable(),
  best: best.nullable().default(null),
});
export type Progress = z.output<typeof progress>;

const header = z.strictObject({ version: z.literal(stateVersion), setting, progress });

export function noProgress(): Progress {
  const epoch = { images: 0, seconds: 0, sums: {} };
  return {
    epochs: 0,
    batch: 0,
    steps: 0,
    seconds: 0,
    epoch,
    lossScale: 1,
    lossScaleStreak: 0,
    train: null,
    validation: null,
    best: null,
  };
}

/** A training state, as it is written to a file. */
export function packState(setting: Setting, progress: Progress, tensors: NamedTensors): Safetensors {
  const { epoch } = progress;
  const named = { ...progress, epoch: { ...epoch, sums: renamed(epoch.sums, snakeCase) } };
  return { tensors, metadata: { [metadataKey]: jsonText({ version: stateVersion, setting, progress: named }) } };
}

/**
 * What `packState` gave, or Python's `write_state`.
 * @param name of the file, for messages.
 * @throws AdsamError `checkpoint` when it is no training state, `usage` when it is of another setting (more epochs are fine).
 */
export function unpackState({ metadata }: Safetensors, name: string, now: Setting): Progress {
  const text = metadata[metadataKey];
  const found = header.safeParse(text === undefined ? undefined : parseJson(text));
  if (!found.success) {
    throw new AdsamError("checkpoint", `${name} is not a training state of this version of the package`, {
      suggestion: "resume from the file given as state, not from the checkpoint",
      cause: found.error,
    });
  }
  checkSetting(name, found.data, now);
  return found.data.progress;
}

function checkSetting(name: string, { setting: before, progress }: z.output<typeof header>, now: Setting): void {
  const [was, is] = [flat(before), flat(now)];
  for (const [field, value] of Object.entries(is)) {
    if (jsonText(was[field]) === jsonText(value)) continue;
    throw new AdsamError(
      "usage",
      `${name} was trained with ${field} = ${jsonText(was[field])}, got ${jsonText(value)}`,
      {
        suggestion: "resume with what the run was started with, or start a new run",
      },
    );
  }
  const done = progress.epochs + (progress.batch > 0 ? 1 : 0);
  if (now.options.epochs >= done) return;
  throw new AdsamError("usage", `${name} is in epoch ${done} already, got epochs = ${now.options.epochs}`, {
    suggestion: `ask for at least ${done} epochs`,
  });
}

/** Option by option, so that a message can name the one that differs; without what may differ. */
function flat({ options, device: _device, ...fields }: Setting): Record<string, unknown> {
  const { epochs: _epochs, patience: _patience, ...others } = options;
  return { ...others, ...fields };
}

/** The optimizer's moments and the accumulated gradients of the noise, by the names that torch's side gives them. */
export function stepTensors(step: FastStep): NamedTensors {
  const found = scoped(() => {
    const { steps, moments } = step.optimizer.state();
    const remembered = [...moments].flatMap(([key, tensors]) => {
      const counts = [...tensors.keys()].map((name) => [
        `optimizer.step.${name}`,
        tensor(new Float32Array([steps]), []),
      ]);
      const values = [...tensors].map(([name, value]) => [`optimizer.${key}.${name}`, fromTf(value)]);
      return steps > 0 ? [...counts, ...values] : values;
    });
    const totals = [...step.noiseGradients()].map(([name, total]) => [`${noiseGradient}${name}`, fromTf(total)]);
    return [...remembered, ...totals];
  });
  return Object.fromEntries(found);
}

/** Puts back what `stepTensors` gave. */
export function restoreStep(step: FastStep, tensors: NamedTensors): void {
  tf.tidy(() => {
    let steps = 0;
    const moments = new Map<string, Map<string, tf.Tensor>>();
    for (const [full, value] of Object.entries(subset(tensors, "optimizer."))) {
      const end = full.indexOf(".");
      const [key, name] = [full.slice(0, end), full.slice(end + 1)];
      if (key === "step") steps = Number(value.data[0]);
      else moments.set(key, (moments.get(key) ?? new Map<string, tf.Tensor>()).set(name, toFloat32(value)));
    }
    step.optimizer.restore({ steps, moments });
    const totals = Object.entries(subset(tensors, noiseGradient));
    step.restoreNoiseGradients(new Map(totals.map(([name, value]) => [name, toFloat32(value)])));
  });
}

/** Those whose names start with `prefix`, without it. */
export function subset(tensors: NamedTensors, prefix: string): NamedTensors {
  const found = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function renamed(values: Readonly<Record<string, number>>, rename: (name: string) => string): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [rename(name), value]));
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function camelCase(name: string): string {
  return name.replace(/_[a-z]/g, (letters) => letters.slice(1).toUpperCase());
}
