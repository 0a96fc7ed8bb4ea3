import type { Command } from "commander";
import * as z from "zod";
import { compareRuns } from "../experiments/compare-runs.ts";
import { listRuns, runStatuses } from "../experiments/list-runs.ts";
import { removeRun } from "../experiments/remove-run.ts";
import { jsonText } from "../json.ts";
import { backendNames } from "../schema/backends.ts";
import { networkSpec } from "../schema/models.ts";
import { jsonGroup } from "./groups.ts";
import { addOptions } from "./options.ts";
import { listedAsJson, showComparison, showRuns } from "./runs-view.ts";

const filterGroup = {
  heading: "Which runs:",
  shape: {
    tag: z.array(z.string()).optional().describe("with all of these tags: --tag once a word"),
    status: z.enum(runStatuses).optional().describe("that stand so"),
    model: networkSpec.shape.kind.optional().describe("of this network"),
    dataset: z.string().optional().describe("on this data set, as run.json names it").meta({ placeholder: "name" }),
    backend: z.enum(backendNames).optional().describe("of this backend"),
  },
};
const output = jsonGroup("one JSON document on stdout");
const listArguments = z.object({ ...filterGroup.shape, ...output.shape });
const outputArguments = z.object(output.shape);

/** `adsam runs`: what there is, how it differs, and away with it. */
export function runs(command: Command): void {
  command.helpCommand(false);
  list(command.command("list [folder]").description("the runs in a folder, and in the folders in it (default: runs)"));
  compare(command.command("compare <runs...>").description("where runs differ, and what came of it"));
  remove(command.command("remove <runs...>").description("remove the files of runs, and nothing else"));
}

function list(command: Command): void {
  addOptions(command, [filterGroup, output]);
  command.action(async (folder: string | undefined) => {
    const { json, tag, ...filter } = listArguments.parse(command.opts());
    const found = await listRuns(folder, { ...filter, tags: tag });
    say(json ? jsonText(listedAsJson(found)) : showRuns(found));
  });
}

function compare(command: Command): void {
  addOptions(command, [output]);
  command.action(async (folders: string[]) => {
    const comparison = await compareRuns(folders);
    say(outputArguments.parse(command.opts()).json ? jsonText(comparison) : showComparison(comparison));
  });
}

function remove(command: Command): void {
  addOptions(command, [output]);
  command.action(async (folders: string[]) => {
    const { json } = outputArguments.parse(command.opts());
    for (const folder of folders) {
      await removeRun(folder);
      if (!json) say(`removed ${folder}`);
    }
    if (json) say(jsonText({ removed: folders }));
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
