import * as z from "zod";
import type { Dataset } from "../data/dataset.ts";
import { validate } from "../validation.ts";
import type { RunRecord } from "./record.ts";
import type { TrainEvent } from "./train-events.ts";

/** What a logger is told of before anything else. */
export interface BegunRun {
  /** Where the run is recorded. */
  readonly folder: string;
  /** Everything that makes it what it is. */
  readonly record: RunRecord;
  /** What it is trained on. */
  readonly data: Dataset;
}

/** Somebody who is told how a run goes, such as what writes it for another program. */
export interface RunLogger {
  /** Told once, before the first event, which run it is; also of one that goes on. What it throws refuses the run. */
  begin?(run: BegunRun): void | Promise<void>;
  /**
   * Told each event, in order: that the run begins, its steps and epochs, how it ended. What happens next waits for what it
   * gives. What it throws ends the run as the reader's leaving would, its files written, and reaches whoever reads the run.
   */
  log(event: TrainEvent): void | Promise<void>;
  /** Told once that nothing more will come, however the run ended; of the error that it failed with. */
  close?(error?: unknown): void | Promise<void>;
}

const loggerList = z
  .array(z.custom<RunLogger>((value) => typeof Object(value).log === "function", "expected a logger, with log(event)"))
  .readonly()
  .default([]);

/** @throws AdsamError `usage` for what is no list of loggers, where no compiler has looked. */
export function givenLoggers(loggers: readonly RunLogger[] | undefined, call: string): readonly RunLogger[] {
  return validate(loggerList, loggers, `${call}: loggers`);
}

/** The same events, told to loggers first. */
export async function* logged(
  events: AsyncGenerator<TrainEvent, void>,
  loggers: readonly RunLogger[],
  run: BegunRun,
): AsyncGenerator<TrainEvent, void> {
  let failure: { readonly error: unknown } | undefined;
  try {
    for (const logger of loggers) await logger.begin?.(run);
    for await (const event of events) {
      for (const logger of loggers) await logger.log(event);
      yield event;
    }
  } catch (error) {
    failure = { error };
    throw error;
  } finally {
    await closeAll(loggers, failure);
  }
}

/** All of them, whatever one throws; what the run failed with counts before that. */
async function closeAll(loggers: readonly RunLogger[], failure: { readonly error: unknown } | undefined) {
  const closed = await Promise.allSettled(loggers.map(async (logger) => logger.close?.(failure?.error)));
  const rejected = closed.find((one) => one.status === "rejected");
  if (failure === undefined && rejected !== undefined) throw rejected.reason;
}
