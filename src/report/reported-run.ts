import { existsSync } from "node:fs";
import { relative } from "node:path";
import { type RunSummary, summarized } from "../experiments/list-runs.ts";
import { openRun, type RunFolder } from "../experiments/run-folder.ts";
import { readSafetensors } from "../safetensors.ts";
import type { EpochEvent } from "../schema/events.ts";
import { numbers } from "../tensor/numbers.ts";

/** How a layer's weights are spread: sigma of its Gaussians, not its logarithm. */
export interface LayerSigma {
  /** As the checkpoint names it, such as `layer1.0.conv1`. */
  readonly layer: string;
  /** A twentieth of them are below it. */
  readonly low: number;
  /** Half of them are below it. */
  readonly median: number;
  /** A twentieth of them are above it. */
  readonly high: number;
}

/** What a run's folder says. */
export interface ReportedRun {
  /** Its path from here. */
  readonly name: string;
  readonly folder: RunFolder;
  readonly summary: RunSummary;
  readonly epochs: readonly EpochEvent[];
  /** Its best model where that was kept, otherwise the last; null before there is one. */
  readonly checkpoint: string | null;
  /** Of the checkpoint, in the order of its layers; empty for a plain network. */
  readonly sigmas: readonly LayerSigma[];
}

/**
 * Reads a run.
 * @param path absolute.
 * @throws AdsamError `file` as `openRun`, and where its log or checkpoint is damaged.
 */
export async function readRun(path: string): Promise<ReportedRun> {
  const folder = await openRun(path);
  const epochs = await epochsOf(folder);
  const summary = await summarized(folder, epochs.at(-1));
  const checkpoint = [folder.files.best, folder.files.checkpoint].find(existsSync) ?? null;
  return {
    name: relative("", summary.folder) || ".",
    folder,
    summary,
    epochs,
    checkpoint,
    sigmas: checkpoint === null ? [] : await sigmasIn(checkpoint),
  };
}

async function epochsOf(folder: RunFolder): Promise<EpochEvent[]> {
  const epochs: EpochEvent[] = [];
  if (!existsSync(folder.files.events)) return epochs;
  for await (const event of folder.events()) if (event.kind === "epoch") epochs.push(event);
  return epochs;
}

const ending = ".sigma_weight";

/** `sigma_*` holds log sigma. */
async function sigmasIn(checkpoint: string): Promise<LayerSigma[]> {
  const { tensors } = await readSafetensors(checkpoint);
  return Object.entries(tensors).flatMap(([name, tensor]) => {
    if (!name.endsWith(ending)) return [];
    const sorted = numbers(tensor).slice().sort();
    const at = (part: number) => Math.exp(sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN);
    return [{ layer: name.slice(0, -ending.length), low: at(0.05), median: at(0.5), high: at(0.95) }];
  });
}
