import type { FitEvent } from "../schema/events.ts";
import type { EndedRun, RunRecord } from "./record.ts";

/** The run begins. */
export interface StartEvent {
  /** That it begins. */
  readonly kind: "start";
  /** Where it is recorded. */
  readonly folder: string;
  /** Everything that makes it what it is. */
  readonly run: RunRecord;
}

/** The run is over. */
export interface ResultEvent {
  /** That it is over. */
  readonly kind: "result";
  /** Where it is recorded. */
  readonly folder: string;
  /** How it ended. */
  readonly result: EndedRun;
}

/** What a run tells: where it is recorded, how it goes, how it ended. */
export type TrainEvent = StartEvent | FitEvent | ResultEvent;
