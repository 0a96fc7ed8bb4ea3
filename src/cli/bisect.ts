import type { Command } from "commander";
import * as z from "zod";
import { bisectPort, formatPortBisection, type PortBisection, portBisectionSvg } from "../conformance/index.ts";
import { checkWritable, writeFileAtomically } from "../files.ts";
import { jsonText } from "../json.ts";
import { open } from "../open.ts";
import { jsonGroup } from "./groups.ts";
import { interruptSignal } from "./interrupt.ts";
import { addOptions } from "./options.ts";
import { subjectGroups, subjectOptions, subjectShape } from "./prove-options.ts";

/** Where the picture goes; `prove --find` has it too. */
export const picture = z
  .string()
  .optional()
  .describe("SVG file with a picture of what both sides ran, and where they part")
  .meta({ placeholder: "file" });

const caseGroup = {
  heading: "What is followed:",
  shape: {
    case: z
      .string()
      .optional()
      .describe("the case of this name, edges too; null: each that is no edge, until the port departs in one")
      .meta({ placeholder: "name" }),
    picture,
  },
};
const output = jsonGroup("one JSON document on stdout");
const bisectArguments = z.object({ ...subjectShape, ...caseGroup.shape, ...output.shape });

/** `adsam bisect`: finds the line where a port parts from a Python function. Exits with 1 when it does. */
export function bisectCommand(command: Command): void {
  addOptions(command, [...subjectGroups, caseGroup, output]);
  command.action(async (torch: string, port: string) => {
    const { case: wanted, picture: file, json, ...subject } = bisectArguments.parse(command.opts());
    if (file !== undefined) await checkWritable(file);
    await using candidate = await open({ backend: "tfjs" });
    await using reference = await open({ backend: "torch", device: "cpu", python: subject.python });
    const options = { ...subjectOptions(torch, port, subject), case: wanted, signal: interruptSignal() };
    const found = await bisectPort(candidate, reference, options);
    await drawPicture(file, found);
    process.stdout.write(json ? `${jsonText(found)}\n` : formatPortBisection(found));
    if (found.departure !== null) process.exitCode = 1;
  });
}

/** Writes the picture where one is asked for. */
export async function drawPicture(file: string | undefined, found: PortBisection): Promise<void> {
  if (file !== undefined) await writeFileAtomically(file, [portBisectionSvg(found)]);
}
