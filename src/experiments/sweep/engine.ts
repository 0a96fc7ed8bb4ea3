import type { FitEvent } from "../../schema/events.ts";
import type { PlannedRun } from "./plan.ts";

/** A run of a sweep, and where it is recorded. */
export interface SweepTask extends PlannedRun {
  /** Its absolute path. */
  readonly folder: string;
}

/** What a sweep tells while it goes on. */
export type SweepEvent =
  | {
      /** A run begins, or goes on where it was interrupted. */
      readonly kind: "begin";
      /** Its name in the sweep. */
      readonly run: string;
      /** Whether it goes on. */
      readonly resumed: boolean;
    }
  | {
      /** A run tells how it goes. */
      readonly kind: "event";
      /** Its name in the sweep. */
      readonly run: string;
      /** What it tells. */
      readonly event: FitEvent;
    }
  | {
      /** A run has ended. */
      readonly kind: "end";
      /** Its name in the sweep. */
      readonly run: string;
      /** Why it failed; null: it did not. */
      readonly failure: string | null;
    };

/** What takes the runs of a sweep: here, or on other machines. */
export interface SweepEngine {
  /** Takes all that are given, and ends when they have. A run that fails stops no other. When the signal fires all are stopped. */
  run(tasks: readonly SweepTask[], tell: (event: SweepEvent) => void, signal: AbortSignal): Promise<void>;
}
