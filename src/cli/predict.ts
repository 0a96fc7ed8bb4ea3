import type { Command } from "commander";
import * as z from "zod";
import { jsonText } from "../json.ts";
import { open } from "../open.ts";
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
import { findTarget, loadModel, targetData } from "./target.ts";

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
  const target = await findTarget(path);
  const data = await targetData(target, values);
  const { names, images } = await chosenImages(data, files, values.indices ?? []);
  await using backend = await open(askedBackend(values));
  const model = await unlessAborted(loadModel(backend, target, values, data.classes), signal);
  const options = { ...predictInput(values), normalization: data.normalization, signal };
  return describePrediction(names, await model.predict(images, options));
}
