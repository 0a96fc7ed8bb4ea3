import type { Command } from "commander";
import * as z from "zod";
import { type EndOfRun, followRun } from "../experiments/follow-run.ts";
import { openRun } from "../experiments/run-folder.ts";
import { jsonText } from "../json.ts";
import type { FitEvent } from "../schema/events.ts";
import { jsonGroup } from "./groups.ts";
import { interruptedExitCode, interruptSignal } from "./interrupt.ts";
import { addOptions } from "./options.ts";
import { Progress } from "./progress.ts";
import { wayOn } from "./way-on.ts";

const output = jsonGroup("one JSON line an event on stdout, and nothing else");

/** `adsam watch`: what `adsam train` shows, of a run that another process takes. */
export function watch(command: Command): void {
  addOptions(command, [output]);
  command.action(async (folder: string) => {
    const { json } = z.object(output.shape).parse(command.opts());
    const signal = interruptSignal();
    const events = followRun(folder, { signal });
    if (json) for await (const event of events) process.stdout.write(`${jsonText(event)}\n`);
    else await show(folder, events);
    if (signal.aborted) process.exitCode = interruptedExitCode();
  });
}

/** Epochs as lines, those before this began too; on a terminal the step under way beneath them. */
async function show(folder: string, events: AsyncIterable<FitEvent | EndOfRun>): Promise<void> {
  const { record } = await openRun(folder);
  const progress = new Progress(process.stdout, record.fit.epochs);
  const began = new Date().toISOString();
  try {
    for await (const event of events) {
      if (event.kind === "end") progress.line(endOf(event, folder));
      else if (event.kind === "epoch" || (event.timestamp ?? "") >= began) progress.show(event);
    }
  } finally {
    progress.clear();
  }
}

function endOf({ status, failure }: EndOfRun, folder: string): string {
  if (status === "failed") return `failed: ${failure}`;
  return status === "finished" ? status : `${status}: ${wayOn(folder)}`;
}
