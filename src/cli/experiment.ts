import { relative } from "node:path";
import type { Command } from "commander";
import * as z from "zod";
import { mergeConfigs, readTrainConfig } from "../experiments/config.ts";
import { type PaperResult, paperExperiment, paperOptions } from "../experiments/paper/paper.ts";
import { digitsInShort } from "../experiments/paper/plan.ts";
import { paperMarkdown } from "../experiments/paper/table.ts";
import { presetNames, presets } from "../experiments/presets.ts";
import type { TrainConfig } from "../experiments/train-config.ts";
import { jsonText } from "../json.ts";
import { networkSpec } from "../schema/models.ts";
import { count, positiveCount } from "../schema/numbers.ts";
import { backendGroup, dataFolder, datasets, jsonGroup } from "./groups.ts";
import { interruptSignal } from "./interrupt.ts";
import { addOptions, givenOptions } from "./options.ts";
import { tellSweep } from "./sweep.ts";
import { askedData, askedOptions } from "./train-options.ts";

const trainingGroup = {
  heading: "Training:",
  shape: {
    preset: z
      .enum(presetNames)
      .optional()
      .describe(
        "begin with these settings; null: those of digits in 20 epochs, unless there is a --config or other data",
      )
      .meta({ placeholder: "name" }),
    config: z
      .string()
      .optional()
      .describe("begin with what this file says (schemas/train.json)")
      .meta({ placeholder: "file" }),
    dataset: z.string().optional().describe(datasets).meta({ placeholder: "name" }),
    data: dataFolder,
    limit: positiveCount.optional().describe("train on this many of the first training images only"),
    model: networkSpec.shape.kind.optional(),
    epochs: count.optional().describe("passes over the training images"),
  },
};
const { seeds, fidelities, ...others } = paperOptions.shape;
const experimentGroup = {
  heading: "Experiment:",
  shape: {
    seed: seeds,
    fidelity: fidelities,
    ...others,
    folder: z
      .string()
      .optional()
      .describe("record it in this folder; null: experiments/paper-<data set>")
      .meta({ placeholder: "folder" }),
  },
};
const output = jsonGroup("one JSON document on stdout");
const groups = [trainingGroup, experimentGroup, backendGroup, output] as const;
const paperArguments = z.object({
  ...trainingGroup.shape,
  ...experimentGroup.shape,
  ...backendGroup.shape,
  ...output.shape,
});
type PaperArguments = z.output<typeof paperArguments>;

/** `adsam experiment`: whole experiments, by name. */
export function experiment(command: Command): void {
  command.helpCommand(false);
  const description =
    "Adversarial Sampling, plain VI, the plain network and a deep ensemble of it over several seeds: the paper's table and retention figure; the same again goes on with it";
  paper(command.command("paper").description(description));
}

/** Exits with 1 when a run has failed. */
function paper(command: Command): void {
  addOptions(command, groups);
  command.action(async () => {
    const values = paperArguments.parse(command.opts());
    const { seed, fidelity, members, samples, retry, folder, json } = values;
    const result = await paperExperiment({
      ...{ seeds: seed, fidelities: fidelity, members, samples, retry, folder },
      train: await trainingOf(values, givenOptions(command)),
      signal: interruptSignal(),
      onEvent: tellSweep,
    });
    process.stdout.write(`${json ? jsonText(result) : showPaper(result)}\n`);
    if (result.rows.some(({ failed }) => Object.keys(failed).length > 0)) process.exitCode = 1;
  });
}

async function trainingOf(values: PaperArguments, given: readonly string[]): Promise<TrainConfig> {
  const { preset, config, dataset, data, model: kind, epochs } = values;
  const begun = [preset, config, dataset, data].some((one) => one !== undefined);
  const parts: TrainConfig[] = [
    ...(begun ? [] : [digitsInShort]),
    ...(preset === undefined ? [] : [presets[preset]]),
    ...(config === undefined ? [] : [await readTrainConfig(config)]),
    {
      data: await askedData(values, given),
      ...(kind === undefined ? {} : { model: { kind } }),
      ...(epochs === undefined ? {} : { fit: { epochs } }),
      backend: askedOptions(values, given),
    },
  ];
  return parts.reduce(mergeConfigs, {});
}

function showPaper({ folder, data, members, samples, rows }: PaperResult): string {
  const failures = rows.flatMap(({ failed }) => Object.entries(failed).map(([run, why]) => `failed: ${run}: ${why}`));
  return [
    paperMarkdown(rows),
    `${data.name}: ${data.trainImages} images to train on, ${data.testImages} to test on; ${samples} samples, ${members} members`,
    ...failures,
    `all numbers and the retention figure: ${relative("", folder) || "."}`,
  ].join("\n");
}
