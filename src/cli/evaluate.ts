import type { Command } from "commander";
import * as z from "zod";
import type { Dataset } from "../data/dataset.ts";
import { AdsamError } from "../errors.ts";
import { jsonText } from "../json.ts";
import type { Evaluation } from "../metrics.ts";
import { open } from "../open.ts";
import { count } from "../schema/numbers.ts";
import { evaluateOptions } from "../schema/options.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { showEvaluation } from "./evaluate-view.ts";
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
const groups = [otherDataGroup, samplingGroup, calibrationGroup, foreignGroup, backendGroup, outputGroup] as const;
const evaluateArguments = z.object({
  ...otherDataGroup.shape,
  ...samplingGroup.shape,
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
    const { evaluation, data } = await evaluated(path, values, interruptSignal());
    const text = values.json
      ? jsonText({ target: path, dataset: data.name, ...evaluation })
      : showEvaluation(evaluation, data, values.show ?? 0, process.stdout.columns ?? 80);
    process.stdout.write(`${text}\n`);
  });
}

async function evaluated(
  path: string,
  values: EvaluateArguments,
  signal: AbortSignal,
): Promise<{ evaluation: Evaluation; data: Dataset }> {
  const { calibrate, coverage } = values;
  if (coverage !== undefined && !calibrate) {
    throw new AdsamError("usage", "--coverage is of the sets that --calibrate makes, got no --calibrate");
  }
  const target = await findTarget(path);
  const data = await targetData(target, values);
  await using backend = await open(askedBackend(values));
  const model = await unlessAborted(loadModel(backend, target, values, data.classes), signal);
  return {
    evaluation: await model.evaluate(data, {
      ...predictInput(values),
      ...{ calibrate, coverage, normalization: values.normalization, signal },
    }),
    data,
  };
}
