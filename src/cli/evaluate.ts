import type { Command } from "commander";
import * as z from "zod";
import { AdsamError } from "../errors.ts";
import { evaluateOutside, loadOutside } from "../experiments/outside.ts";
import { jsonText } from "../json.ts";
import { open } from "../open.ts";
import { count } from "../schema/numbers.ts";
import { evaluateOptions } from "../schema/options.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { type Evaluated, showEvaluation } from "./evaluate-view.ts";
import {
  askedBackend,
  backendGroup,
  datasets,
  foreignGroup,
  jsonGroup,
  otherDataGroup,
  predictInput,
  samplingGroup,
} from "./groups.ts";
import { interruptSignal } from "./interrupt.ts";
import { addOptions } from "./options.ts";
import { findTarget, loadModel, targetData } from "./target.ts";

const output = jsonGroup("one JSON document on stdout, with a column for every image");
const outputGroup = {
  ...output,
  shape: {
    show: count.optional().describe("draw this many of the most and of the least certain images"),
    ...output.shape,
  },
  spellings: { show: { conflicts: ["json"] } },
};
const { calibrate, coverage } = evaluateOptions.shape;
const calibrationGroup = {
  heading: "Calibration:",
  shape: {
    calibrate,
    coverage: coverage
      .unwrap()
      .optional()
      .describe(`${coverage.description}; null: ${coverage.parse(undefined)}`),
  },
};
const outsideGroup = {
  heading: "Out of distribution:",
  shape: {
    ood: z
      .string()
      .optional()
      .describe(`tell the test images of this data set from the model's own by each uncertainty: ${datasets}`)
      .meta({ placeholder: "name" }),
    oodData: z.string().optional().describe("where its files are, of a published one").meta({ placeholder: "path" }),
  },
};
const groups = [
  otherDataGroup,
  samplingGroup,
  outsideGroup,
  calibrationGroup,
  foreignGroup,
  backendGroup,
  outputGroup,
] as const;
const evaluateArguments = z.object({
  ...otherDataGroup.shape,
  ...samplingGroup.shape,
  ...outsideGroup.shape,
  ...calibrationGroup.shape,
  ...foreignGroup.shape,
  ...backendGroup.shape,
  ...outputGroup.shape,
});
type EvaluateArguments = z.output<typeof evaluateArguments>;

/** `adsam evaluate`: how good and how certain a run or checkpoint is on the test images of a data set. */
export function evaluate(command: Command): void {
  addOptions(command, groups);
  command.action(async (path: string) => {
    const values = evaluateArguments.parse(command.opts());
    const { evaluation, data, outside } = await evaluated(path, values, interruptSignal());
    const told = { ...evaluation, outOfDistribution: outside && { ...outside, evaluation: undefined } };
    const text = values.json
      ? jsonText({ target: path, dataset: data.name, ...told })
      : showEvaluation({ evaluation, data, outside }, values.show ?? 0, process.stdout.columns ?? 80);
    process.stdout.write(`${text}\n`);
  });
}

async function evaluated(path: string, values: EvaluateArguments, signal: AbortSignal): Promise<Evaluated> {
  const { calibrate, coverage, ood, oodData } = values;
  if (coverage !== undefined && !calibrate) {
    throw new AdsamError("usage", "--coverage is of the sets that --calibrate makes, got no --calibrate");
  }
  if (oodData !== undefined && ood === undefined) {
    throw new AdsamError("usage", "--ood-data is where the data set of --ood lies, got no --ood");
  }
  const target = await findTarget(path);
  const data = await targetData(target, values);
  const other = ood === undefined ? null : await loadOutside(ood, oodData, data);
  await using backend = await open(askedBackend(values));
  const model = await unlessAborted(loadModel(backend, target, values, data.classes), signal);
  const how = { ...predictInput(values), signal };
  const evaluation = await model.evaluate(data, {
    ...how,
    ...{ calibrate, coverage, normalization: values.normalization },
  });
  return { evaluation, data, outside: other === null ? null : await evaluateOutside(model, evaluation, other, how) };
}
