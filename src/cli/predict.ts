import type { Command } from "commander";
import * as z from "zod";
import type { Model } from "../backend.ts";
import type { Dataset } from "../data/dataset.ts";
import {
  arePixels,
  checkAgreement,
  normalizationForEvaluation,
  resolveNormalization,
  saidOf,
} from "../data/normalization.ts";
import { AdsamError } from "../errors.ts";
import { jsonText } from "../json.ts";
import { open } from "../open.ts";
import type { InputNormalization, Normalization } from "../schema/data.ts";
import { count } from "../schema/numbers.ts";
import { unlessAborted } from "../unless-aborted.ts";
import {
  askedBackend,
  backendGroup,
  foreignGroup,
  jsonGroup,
  otherDataGroup,
  predictInput,
  samplingGroup,
} from "./groups.ts";
import { interruptSignal } from "./interrupt.ts";
import { addOptions } from "./options.ts";
import { chosenImages } from "./predict-images.ts";
import { describePrediction, predictionTable } from "./predict-view.ts";
import { findTarget, loadModel, type Target, targetData } from "./target.ts";

const inputGroup = {
  heading: "Images:",
  shape: {
    indices: z.array(count).optional().describe("take these test images of the data set, such as 0,5,9"),
    ...otherDataGroup.shape,
  },
};
const outputGroup = jsonGroup("one JSON document on stdout, with the probability of every class");
const groups = [inputGroup, samplingGroup, foreignGroup, backendGroup, outputGroup] as const;
const predictArguments = z.object({
  ...inputGroup.shape,
  ...samplingGroup.shape,
  ...foreignGroup.shape,
  ...backendGroup.shape,
  ...outputGroup.shape,
});
type PredictArguments = z.output<typeof predictArguments>;

/** `adsam predict`: the class of given images, and how certain it is. */
export function predict(command: Command): void {
  addOptions(command, groups);
  command.action(async (path: string, files: readonly string[]) => {
    const values = predictArguments.parse(command.opts());
    const images = await predicted(path, files, values, interruptSignal());
    process.stdout.write(`${values.json ? jsonText({ target: path, images }) : predictionTable(images)}\n`);
  });
}

async function predicted(path: string, files: readonly string[], values: PredictArguments, signal: AbortSignal) {
  if (values.shift !== undefined && files.length > 0) {
    throw new AdsamError("usage", `--shift corrupts test images of the data set, got ${files[0]}`, {
      suggestion: "name test images with --indices, or corrupt the pictures themselves",
    });
  }
  const target = await findTarget(path);
  const data = await targetData(target, values);
  const chosen = await chosenImages(data, files, values.indices ?? [], sideFor(target, values));
  await using backend = await open(askedBackend(values));
  const model = await unlessAborted(loadModel(backend, target, values, data.classes), signal);
  const normalization = normalizationFor(model, data, values.normalization);
  const images = chosen.input(normalization);
  // "model": floating point images have been normalised by now.
  const asked: InputNormalization = arePixels(images) && normalization !== null ? normalization : "model";
  const options = { ...predictInput(values), normalization: asked, signal };
  return describePrediction(chosen.names, await model.predict(images, options), data.classNames);
}

/** Pictures are scaled as those of the data set are. */
function sideFor({ run }: Target, { resize, dataset }: PredictArguments): number | null {
  return resize ?? (dataset === undefined ? run?.record.data.reading.resize : undefined) ?? null;
}

/** What the data set and the model agree on, or the one that is asked for says; null: none says anything. */
function normalizationFor(model: Model, data: Dataset, asked: "model" | "data" | undefined): Normalization | null {
  const { images } = data.test;
  const { normalization, agreed } = normalizationForEvaluation(asked, data, model.normalization);
  if (agreed) checkAgreement(model.normalization, images, data.normalization);
  return saidOf(images, resolveNormalization(model.normalization, images, normalization));
}
