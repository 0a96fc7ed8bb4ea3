import type { Command } from "commander";
import * as z from "zod";
import { describeFound } from "../data/describe.ts";
import { understand } from "../data/understand.ts";
import { jsonText } from "../json.ts";
import { count } from "../schema/numbers.ts";
import { showDescription } from "./data-view.ts";
import { jsonGroup, readingInput, readingShape } from "./groups.ts";
import { addOptions } from "./options.ts";

const dataFolder = z
  .string()
  .optional()
  .describe("where the files of a published data set are")
  .meta({ placeholder: "path" });
const { resize, holdOut, shape } = readingShape;
const output = jsonGroup("one JSON document on stdout");
const groups = [
  { heading: "Data:", shape: { data: dataFolder, resize, holdOut, shape } },
  {
    heading: output.heading,
    shape: { show: count.default(4).describe("draw an image of so many classes"), ...output.shape },
  },
] as const;
const describeArguments = z.object({ ...groups[0].shape, ...groups[1].shape });

/** `adsam data describe`: what is understood of a data set. */
export function describeCommand(command: Command): void {
  addOptions(command, groups);
  command.action(async (source: string) => {
    const values = describeArguments.parse(command.opts());
    const found = await understand(source, { folder: values.data, ...readingInput(values), corrupt: "skip" });
    const description = describeFound(source, found);
    const text = values.json
      ? jsonText(description)
      : showDescription(description, found.dataset, values.show, process.stdout.columns ?? 80);
    process.stdout.write(`${text}\n`);
  });
}
