import { join, resolve } from "node:path";
import type { Command } from "commander";
import * as z from "zod";
import { corruptDataset, corruptionNames } from "../data/corrupt/index.ts";
import { type Dataset, slice } from "../data/dataset.ts";
import { loadDataset } from "../data/index.ts";
import { AdsamError } from "../errors.ts";
import { fileError, makeFolders } from "../files.ts";
import { jsonText } from "../json.ts";
import { writeSafetensors } from "../safetensors.ts";
import { count, positiveCount } from "../schema/numbers.ts";
import { dataFolder, jsonGroup, readingInput, readingShape } from "./groups.ts";
import { addOptions } from "./options.ts";

const corruptGroup = {
  heading: "Corruptions:",
  shape: {
    kind: z
      .array(z.enum(corruptionNames))
      .optional()
      .describe(`${corruptionNames.join(", ")}; null: all`),
    severity: z.array(z.int().min(1).max(5)).default([1, 2, 3, 4, 5]).describe("how much, from 1 to 5"),
    seed: count.default(0).describe("what the noise is drawn from"),
    limit: positiveCount.optional().describe("this many of the first test images only"),
    out: z
      .string()
      .default("corrupted")
      .describe("folder for the files, a file for each kind and severity")
      .meta({ placeholder: "folder" }),
  },
};
const dataGroup = { heading: "Data:", shape: { data: dataFolder, ...readingShape } };
const output = jsonGroup("one JSON line a file on stdout");
const groups = [dataGroup, corruptGroup, output] as const;
const corruptArguments = z.object({ ...dataGroup.shape, ...corruptGroup.shape, ...output.shape });

/** `adsam data corrupt`: corrupted test images as files for any program; `evaluate --shift` needs none. */
export function corruptCommand(command: Command): void {
  addOptions(command, groups);
  command.action(async (source: string) => {
    const values = corruptArguments.parse(command.opts());
    const { kind: kinds = corruptionNames, severity: severities, seed, out, json } = values;
    const data = limited(await loadDataset(source, { folder: values.data, ...readingInput(values) }), values.limit);
    const folder = resolve(out);
    await makeFolders(folder).catch((error: unknown) => {
      throw fileError(error, "write", folder);
    });
    for (const kind of kinds) {
      for (const severity of severities) {
        const path = join(folder, `${kind}-${severity}.safetensors`);
        const { test, classes, normalization } = await corruptDataset(data, { kind, severity, seed });
        const metadata = {
          classes: `${classes}`,
          normalization: JSON.stringify(normalization),
          kind,
          severity: `${severity}`,
          seed: `${seed}`,
        };
        await writeSafetensors(path, { images: test.images, labels: test.labels }, metadata);
        process.stdout.write(`${json ? jsonText({ path, kind, severity, images: test.labels.data.length }) : path}\n`);
      }
    }
  });
}

function limited(data: Dataset, limit: number | undefined): Dataset {
  const { length } = data.test.labels.data;
  if (limit === undefined) return data;
  if (limit <= length) return { ...data, test: slice(data.test, 0, limit) };
  throw new AdsamError("usage", `--limit: expected up to ${length}, the test images, got ${limit}`);
}
