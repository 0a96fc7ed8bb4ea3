import type { Command } from "commander";
import * as z from "zod";
import type { Model } from "../backend.ts";
import { corruptionNames } from "../data/corrupt/index.ts";
import { AdsamError } from "../errors.ts";
import { judgedOutside, loadOutside, logitsOutside } from "../experiments/outside.ts";
import { keptLogitsOn, logitsOn, predictedBy } from "../experiments/predicted.ts";
import { shiftedPredictions } from "../experiments/shifted.ts";
import { OpenBackends } from "../experiments/sweep/open-backends.ts";
import { checkWritable, writeFileAtomically } from "../files.ts";
import { jsonText } from "../json.ts";
import { evaluation } from "../metrics.ts";
import { count } from "../schema/numbers.ts";
import { evaluateOptions, type NoiseSpec } from "../schema/options.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { kindsAtAll, type Shifted, shiftCsv, shiftRows, shiftTable } from "./evaluate-shift.ts";
import { type Evaluated, showEvaluation } from "./evaluate-view.ts";
import {
  askedBackend,
  backendGroup,
  datasets,
  foreignGroup,
  jsonGroup,
  otherDataGroup,
  predictInput,
  readingInput,
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
const dataGroup = {
  ...otherDataGroup,
  shape: {
    ...otherDataGroup.shape,
    shift: z
      .string()
      .optional()
      .describe(
        `corrupt the test images: a kind, a colon and a severity from 1 to 5, or, for a table of all severities, kinds (${corruptionNames.join(", ")}), or all`,
      )
      .meta({ placeholder: "kinds" }),
    csv: z
      .string()
      .optional()
      .describe("write the table of --shift to this file, a row a corruption and severity")
      .meta({ placeholder: "file" }),
  },
};
const groups = [
  dataGroup,
  samplingGroup,
  outsideGroup,
  calibrationGroup,
  foreignGroup,
  backendGroup,
  outputGroup,
] as const;
const evaluateArguments = z.object({
  ...dataGroup.shape,
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
    if (values.csv !== undefined) await checkWritable(values.csv);
    const { evaluation, data, outside, shifted } = await evaluated(path, values, interruptSignal());
    const told = { ...evaluation, outOfDistribution: outside && { ...outside, evaluation: undefined } };
    const shift = shifted === null ? null : [{ kind: null, severity: 0, evaluation }, ...shifted];
    if (values.csv !== undefined && shift !== null) await writeFileAtomically(values.csv, [shiftCsv(shift)]);
    const shown = () => [
      showEvaluation({ evaluation, data, outside }, values.show ?? 0, process.stdout.columns ?? 80),
      ...(shift === null ? [] : [shiftTable(shift)]),
    ];
    const text = values.json
      ? jsonText({ target: path, dataset: data.name, ...told, shifted: shift && shiftRows(shift) })
      : shown().join("\n\n");
    process.stdout.write(`${text}\n`);
  });
}

async function evaluated(
  path: string,
  values: EvaluateArguments,
  signal: AbortSignal,
): Promise<Evaluated & { readonly shifted: readonly Shifted[] | null }> {
  const { calibrate, coverage, ood, oodData, csv } = values;
  const kinds = kindsAtAll(values.shift);
  if (csv !== undefined && kinds === undefined) {
    throw new AdsamError("usage", "--csv takes the table of --shift, got no --shift of all severities", {
      suggestion: "give kinds of corruptions without a severity, or all",
    });
  }
  if (coverage !== undefined && !calibrate) {
    throw new AdsamError("usage", "--coverage is of the sets that --calibrate makes, got no --calibrate");
  }
  if (oodData !== undefined && ood === undefined) {
    throw new AdsamError("usage", "--ood-data is where the data set of --ood lies, got no --ood");
  }
  const target = await findTarget(path);
  const dataAsked = { ...values, shift: kinds === undefined ? values.shift : undefined };
  const data = await targetData(target, dataAsked);
  const other = ood === undefined ? null : await loadOutside(ood, oodData, data);
  const asked = askedBackend(values);
  await using backends = new OpenBackends();
  let loaded: Promise<Model> | undefined;
  const model = () => {
    loaded ??= backends.of(asked).then((backend) => loadModel(backend, target, values, data.classes));
    return unlessAborted(loaded, signal);
  };
  const how = { ...predictInput(values), normalization: values.normalization, signal };
  const { checkpoint, run } = target;
  const logits =
    run === null || !isOwnData(dataAsked)
      ? await logitsOn({ data, how, model })
      : await keptLogitsOn({ data, how, model, folder: run.folder, checkpoint, by: await predictedBy(asked) });
  const judged = evaluation({ logits }, data.test.labels, calibrate ? { calibrate: { coverage } } : {});
  const next = { ...how, ...(values.mean ? {} : { noise: anew(values) }) };
  const outside = other === null ? null : judgedOutside(judged, other, await logitsOutside(await model(), other, next));
  if (kinds === undefined) return { evaluation: judged, data, outside, shifted: null };
  const shifted: Shifted[] = [];
  for await (const one of shiftedPredictions({ data, how: next, model }, kinds)) {
    const { kind, severity, logits } = one;
    shifted.push({ kind, severity, evaluation: evaluation({ logits }, data.test.labels) });
  }
  return { evaluation: judged, data, outside, shifted };
}

/** Begins the same, whether the prediction before it was made or kept. */
function anew({ seed = 0 }: EvaluateArguments): NoiseSpec {
  return { kind: "gaussian", seed };
}

/** Whether the test images are those of the run's own data set. */
function isOwnData({ dataset, shift, model, ...reading }: EvaluateArguments): boolean {
  return [dataset, shift, model].every((one) => one === undefined) && Object.keys(readingInput(reading)).length === 0;
}
