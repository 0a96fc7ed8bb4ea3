import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Backend, EvaluateRunOptions, Model } from "../backend.ts";
import { checkDataset, checkSuits } from "../data/check.ts";
import type { Dataset } from "../data/dataset.ts";
import { checkAgreement, normalizationForEvaluation } from "../data/normalization.ts";
import { AdsamError } from "../errors.ts";
import { makeFolders, readBytes } from "../files.ts";
import { jsonText } from "../json.ts";
import { readSafetensors, writeSafetensors } from "../safetensors.ts";
import type { OpenOptions } from "../schema/backends.ts";
import { type PredictOptions, predictOptions } from "../schema/options.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { isOpen } from "./run-backend.ts";
import { keptModelsIn, runFiles } from "./run-folder.ts";

/** How is predicted, as `evaluate` takes it. */
export type PredictionInput = Pick<
  EvaluateRunOptions,
  "samples" | "batch" | "weights" | "noise" | "normalization" | "signal"
>;

/** A prediction of the test images of a data set. */
export interface Asking {
  readonly data: Dataset;
  readonly how: PredictionInput;
  /** What predicts, loaded where it is needed. */
  readonly model: () => Promise<Model>;
}

/** A prediction of a run's checkpoint on the test images of its own data set, which may have been made before. */
export interface KeptAsking extends Asking {
  /** The run's. */
  readonly folder: string;
  readonly checkpoint: string;
  /** What predicts, in words; null: any backend's prediction will do, in batches of any size. */
  readonly by: string | null;
}

/** Where predictions are kept, in the folder of a run. */
export const predictionsName = "predictions";
const ending = ".safetensors";

/**
 * The logits, [S, N, C].
 * @throws AdsamError as `evaluate`.
 */
export async function logitsOn({ data, how, model }: Asking): Promise<Tensor> {
  const { normalization: asked, ...others } = how;
  const { images } = data.test;
  checkDataset(data);
  const loaded = await model();
  checkSuits(loaded.spec, data);
  const { normalization, agreed } = normalizationForEvaluation(asked, data, loaded.normalization);
  if (agreed && normalization !== "model") checkAgreement(loaded.normalization, images, normalization);
  return (await loaded.predict(images, { ...others, normalization })).logits;
}

/**
 * The same, kept in `predictions` of the run's folder and taken from there as long as checkpoint, images and all that decides
 * the numbers are the same. Predictions of checkpoints that the run has no more are removed. A folder that may not be written
 * keeps none.
 */
export async function keptLogitsOn(asking: KeptAsking): Promise<Tensor> {
  const { folder, checkpoint, by, data, how } = asking;
  const { signal: _, normalization, ...rest } = how;
  const options = predictOptions.parse(rest);
  const of = digestOf(await readBytes(checkpoint));
  const place = join(folder, predictionsName);
  const asked = `${short(of)}-${questionOf(data, normalization, options)}-`;
  const name = `${asked}${short(digestOf(jsonText({ by, batch: options.batch })))}${ending}`;
  const known = await readKept(place, by === null ? asked : name, of);
  if (known !== undefined) return known;
  const logits = await logitsOn(asking);
  const made = {
    checkpoint: of,
    by: by ?? "",
    batch: `${options.batch}`,
    samples: `${options.samples}`,
    logits: numbersOf(logits),
  };
  try {
    await makeFolders(place);
    await writeSafetensors(join(place, name), { logits, labels: data.test.labels }, made);
    await removeOutdated(folder, of);
  } catch (error) {
    if (!(error instanceof AdsamError || (error instanceof Error && "syscall" in error))) throw error;
  }
  return logits;
}

/** The samples of all of them, [S1 + S2 + ..., N, C]. */
export function joined(all: readonly Tensor[]): Tensor {
  const [first] = all;
  if (first === undefined) throw new AdsamError("usage", "expected logits to join, got none");
  if (all.length === 1) return first;
  const samples = all.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  const values = new Float64Array(all.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of all) {
    values.set(Float64Array.from<number | bigint>(data, Number), at);
    at += data.length;
  }
  return tensor(values, [samples, ...first.shape.slice(1)]);
}

/** What predicts, in words. */
export async function predictedBy(backend: OpenOptions | Backend): Promise<string> {
  const { backend: name = "torch", device = "cpu" } = isOpen(backend) ? await backend.info() : backend;
  return `${name} on ${device}`;
}

/** The first whose name begins so. One that is damaged is made anew. */
async function readKept(place: string, beginning: string, checkpoint: string): Promise<Tensor | undefined> {
  const names = await readdir(place).catch((): string[] => []);
  for (const name of names.filter((name) => name.startsWith(beginning) && name.endsWith(ending)).sort()) {
    const kept = await readSafetensors(join(place, name)).catch((error: unknown) => {
      if (error instanceof AdsamError) return undefined;
      throw error;
    });
    const { logits } = kept?.tensors ?? {};
    if (logits === undefined || kept?.metadata.logits !== numbersOf(logits)) continue;
    if (kept.metadata.checkpoint === checkpoint) return logits;
  }
  return undefined;
}

/** Removes the predictions of checkpoints that are neither this one nor any that the run has now. */
async function removeOutdated(folder: string, checkpoint: string): Promise<void> {
  const { checkpoint: last, best } = runFiles(folder);
  const models = [last, best, ...(await keptModelsIn(folder))].filter((path) => existsSync(path));
  const current = new Set([short(checkpoint)]);
  for (const path of models) current.add(short(digestOf(await readBytes(path))));
  const place = join(folder, predictionsName);
  const outdated = (await readdir(place)).filter((name) => name.endsWith(ending) && !current.has(short(name)));
  for (const name of outdated) await rm(join(place, name), { force: true });
}

/** What was asked for, whoever predicts. */
function questionOf(
  { test: { images }, normalization }: Dataset,
  asked: PredictionInput["normalization"],
  { samples, weights, noise }: PredictOptions,
): string {
  const pixels = numbersOf(images);
  const question = jsonText({ pixels, shape: images.shape, normalization, asked, weights, noise });
  return `${weights === "mean" ? "mean" : samples}-${short(digestOf(question))}`;
}

/** As much of a digest as names of files hold, where that of the checkpoint comes first. */
function short(digest: string): string {
  return digest.slice(0, 12);
}

/** The digest of a tensor's numbers. */
function numbersOf({ data: { buffer, byteOffset, byteLength } }: Tensor): string {
  return digestOf(new Uint8Array(buffer, byteOffset, byteLength));
}

function digestOf(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
