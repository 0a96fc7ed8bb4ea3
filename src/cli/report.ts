import { relative } from "node:path";
import type { Command } from "commander";
import * as z from "zod";
import { corruptionNames } from "../data/corrupt/index.ts";
import { AdsamError } from "../errors.ts";
import { jsonText } from "../json.ts";
import { report } from "../report/report.ts";
import { count, positiveCount } from "../schema/numbers.ts";
import { askedBackend, backendGroup, datasets, jsonGroup } from "./groups.ts";
import { interruptSignal } from "./interrupt.ts";
import { addOptions, givenOptions } from "./options.ts";

const pageGroup = {
  heading: "The page:",
  shape: {
    output: z
      .string()
      .default("report.html")
      .describe("file to write; another report is replaced")
      .meta({ placeholder: "file" }),
    pictures: z
      .string()
      .optional()
      .describe("a folder for each picture as SVG and PNG, and for its numbers as CSV")
      .meta({ placeholder: "folder" }),
    ensemble: z
      .boolean()
      .optional()
      .describe("judge the mean of the predictions of runs that differ in the seed alone too, as a deep ensemble"),
    conformance: z
      .string()
      .optional()
      .describe("what `adsam conform --json` answered, to be shown beside the versions of the runs")
      .meta({ placeholder: "file" }),
    images: count.default(8).describe("how many of the most and of the least certain images are shown"),
  },
  spellings: { output: { short: "-o" } },
};
const predictionGroup = {
  heading: "Prediction:",
  shape: {
    recordedOnly: z.boolean().optional().describe("only what the folders hold: nothing is predicted"),
    samples: positiveCount.default(10).describe("Monte Carlo samples of the weights"),
    shift: z
      .array(z.enum(corruptionNames))
      .optional()
      .describe(`corrupt the test images at five severities: ${corruptionNames.join(", ")}`),
    outOfDistribution: z
      .string()
      .optional()
      .describe(`a data set whose test images are out of distribution: ${datasets}`)
      .meta({ placeholder: "name" }),
  },
  spellings: {
    recordedOnly: { conflicts: ["samples", "ensemble", "shift", "outOfDistribution", "backend", "device", "python"] },
  },
};
const predictingGroup = {
  ...backendGroup,
  shape: {
    ...backendGroup.shape,
    backend: backendGroup.shape.backend
      .unwrap()
      .optional()
      .describe(
        "what predicts; null: what made the predictions that are kept, torch for more than five runs of its own, otherwise tfjs",
      ),
  },
};
const output = jsonGroup("one JSON document on stdout: what was written");
const groups = [pageGroup, predictionGroup, predictingGroup, output] as const;
const reportArguments = z.object({
  ...pageGroup.shape,
  ...predictionGroup.shape,
  ...predictingGroup.shape,
  ...output.shape,
});

/** `adsam report`: one page about runs, and its pictures as files. */
export function reportCommand(command: Command): void {
  addOptions(command, groups);
  command.action(async (folders: string[]) => {
    const values = reportArguments.parse(command.opts());
    const { json, backend, device, python, ...options } = values;
    if (backend === undefined && givenOptions(command).some((name) => name === "device" || name === "python")) {
      throw new AdsamError("usage", "--device and --python are of the backend that --backend names, got no --backend");
    }
    const written = await report(folders, {
      ...options,
      ...(backend === undefined ? {} : { backend: askedBackend({ backend, device, python }) }),
      signal: interruptSignal(),
    });
    const here = (path: string) => relative("", path) || path;
    const lines = [
      ...Object.entries(written.unpredicted).map(([run, reason]) => `${run}: nothing is predicted: ${reason}`),
      `page: ${here(written.output)}`,
      ...(options.pictures === undefined ? [] : [`${written.pictures.length} files: ${options.pictures}`]),
    ];
    process.stdout.write(json ? `${jsonText(written)}\n` : `${lines.join("\n")}\n`);
  });
}
