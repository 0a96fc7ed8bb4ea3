import type { Command } from "commander";
import * as z from "zod";
import {
  bisectPort,
  caseLine,
  formatPortBisection,
  type PortBisection,
  prove,
  type Report,
  reportTable,
} from "../conformance/index.ts";
import { AdsamError } from "../errors.ts";
import { checkWritable } from "../files.ts";
import { jsonText } from "../json.ts";
import { open } from "../open.ts";
import { drawPicture, picture } from "./bisect.ts";
import { jsonGroup } from "./groups.ts";
import { interruptSignal } from "./interrupt.ts";
import { addOptions } from "./options.ts";
import { subjectGroups, subjectOptions, subjectShape } from "./prove-options.ts";

const judgedGroup = {
  heading: "What is judged:",
  shape: {
    dtype: z
      .enum(["auto", "float64", "float32"])
      .default("auto")
      .describe("what Python's truth is computed in; auto: float64 where its code allows it"),
    patience: z
      .int()
      .min(1)
      .default(300_000)
      .describe("how long a promise of the port's is waited for, in milliseconds"),
  },
};
const failureGroup = {
  heading: "A failure:",
  shape: {
    find: z.boolean().optional().describe("go on to find the line where the port departs, as adsam bisect does"),
    picture,
    repro: z
      .string()
      .optional()
      .describe(
        "folder in which each case that fails leaves its inputs, what both gave, and a script that runs it again",
      )
      .meta({ placeholder: "folder" }),
  },
};
const output = jsonGroup("one JSON document on stdout");
const proveArguments = z.object({
  ...subjectShape,
  ...judgedGroup.shape,
  ...failureGroup.shape,
  ...output.shape,
});

/** `adsam prove`: holds a port against a Python function. Exits with 1 when they differ. */
export function proveCommand(command: Command): void {
  addOptions(command, [...subjectGroups, judgedGroup, failureGroup, output]);
  command.action(async (torch: string, port: string) => {
    const { find, picture: file, dtype, patience, repro, json, ...subject } = proveArguments.parse(command.opts());
    if (file !== undefined && !find) {
      throw new AdsamError("usage", "expected --find with --picture, which shows what it finds");
    }
    if (file !== undefined) await checkWritable(file);
    await using candidate = await open({ backend: "tfjs" });
    await using reference = await open({ backend: "torch", device: "cpu", python: subject.python });
    const signal = interruptSignal();
    const options = { ...subjectOptions(torch, port, subject), signal };
    const report = await prove(candidate, reference, {
      ...options,
      dtype,
      patience,
      repro,
      onCase: (one, done, total) => {
        if (!json) process.stderr.write(`${done}/${total}  ${caseLine(one)}\n`);
      },
    });
    const failed = find ? followable(report) : undefined;
    const found =
      failed === undefined ? undefined : await bisectPort(candidate, reference, { ...options, case: failed });
    if (found !== undefined) await drawPicture(file, found);
    process.stdout.write(
      json ? `${jsonText({ ...report, ...(find ? { found: found ?? null } : {}) })}\n` : told(report, found),
    );
    if (report.failed > 0) process.exitCode = 1;
  });
}

/** The first case that failed by its numbers; where a side throws there is nothing to follow. */
function followable({ cases }: Report): string | undefined {
  return cases.find(({ status, worst }) => status === "failed" && worst !== null)?.id;
}

function told(report: Report, found: PortBisection | undefined): string {
  return `${reportTable(report)}\n${found === undefined ? "" : `\n${formatPortBisection(found)}`}`;
}
