import { existsSync } from "node:fs";
import { AdsamError, type ErrorCode } from "../errors.ts";
import { runFiles } from "../experiments/run-folder.ts";
import type { TrainEvent } from "../experiments/train-events.ts";

/** What is to be done first, after failures that are none of the run's own. */
const first: Partial<Record<ErrorCode, string>> = {
  crashed: "",
  disk: "free some space, then ",
};

/** The events; a failure after which the run can go on says how, by its folder. */
export async function* withWayOn(events: AsyncIterable<TrainEvent>): AsyncGenerator<TrainEvent, void> {
  let folder: string | undefined;
  try {
    for await (const event of events) {
      if (event.kind === "start") folder = event.folder;
      yield event;
    }
  } catch (error) {
    const before = error instanceof AdsamError ? first[error.code] : undefined;
    if (!(error instanceof AdsamError) || before === undefined || folder === undefined) throw error;
    if (!existsSync(runFiles(folder).record)) throw error;
    const suggestion = `${before}${wayOn(folder)}`;
    throw new AdsamError(error.code, error.message, { suggestion, cause: error });
  }
}

/** What a person types to go on with a run. */
export function wayOn(folder: string): string {
  return `go on with: adsam train --resume ${folder}`;
}
