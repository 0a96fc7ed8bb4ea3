import type { Command } from "commander";
import { caseLine, formatBisection, htmlPage, junitXml, type Report, reportTable } from "../conformance/index.ts";
import { AdsamError } from "../errors.ts";
import { checkWritable, writeFileAtomically } from "../files.ts";
import { jsonText } from "../json.ts";
import { type ConformArguments, conformArguments, conformGroups } from "./conform-options.ts";
import { requireUse, taskOf } from "./conform-task.ts";
import { reportOn, takeApart } from "./conform-work.ts";
import { interruptSignal } from "./interrupt.ts";
import { addOptions } from "./options.ts";

/** `adsam conform`: compares implementations number by number. Exits with 1 when they differ. */
export function conformCommand(command: Command): void {
  addOptions(command, conformGroups);
  command.action(async () => {
    const values = conformArguments.parse(command.opts());
    const task = taskOf(values);
    const { device, python, reference: checkout, json } = values;
    const where = { device, python, checkout };
    requireUse(task, checkout);
    if (task.kind === "bisect") {
      const found = await takeApart(task, where, interruptSignal());
      process.stdout.write(json ? `${jsonText(found)}\n` : formatBisection(found));
      if (found.departure !== null) process.exitCode = 1;
      return;
    }
    const pages = await writablePages(values);
    const report = await reportOn(task, where, {
      signal: interruptSignal(),
      onCase: (one, done, total) => {
        if (!json) process.stderr.write(`${done}/${total}  ${caseLine(one)}\n`);
      },
    });
    for (const { file, text } of pages) await writeFileAtomically(file, [text(report)]);
    process.stdout.write(`${json ? jsonText(report) : reportTable(report)}\n`);
    if (report.failed > 0) process.exitCode = 1;
  });
}

interface Page {
  readonly file: string;
  readonly text: (report: Report) => string;
}

/** Where the report is written besides; better known before the work than after it. */
async function writablePages({ junit, html }: ConformArguments): Promise<Page[]> {
  if (junit !== undefined && junit === html) {
    throw new AdsamError("usage", `expected two files for --junit and --html, got ${junit} twice`);
  }
  const pages = [
    ...(junit === undefined ? [] : [{ file: junit, text: junitXml }]),
    ...(html === undefined ? [] : [{ file: html, text: htmlPage }]),
  ];
  await checkWritable(...pages.map(({ file }) => file));
  return pages;
}
