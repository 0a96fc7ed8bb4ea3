import type { FitEvent } from "./schema/events.ts";
import type { KeepInput, StateEveryInput } from "./schema/options.ts";
import type { FitResult } from "./schema/results.ts";

/** Files that a run writes and reads, beside the model itself. */
export interface FitFiles {
  /** Where the model is saved after each epoch and at the end. */
  readonly checkpoint?: string | undefined;
  /** Where the training state is saved before it, so that a run can go on as if it had never stopped. */
  readonly state?: string | undefined;
  /** How often the state is saved in the middle of an epoch. */
  readonly stateEvery?: StateEveryInput | undefined;
  /** Which models are kept beside `checkpoint`: `<its name>-best` and `<its name>-epoch-<epochs>`. */
  readonly keep?: KeepInput | undefined;
  /** Where every event is written, one JSON document a line, before it is told. */
  readonly events?: string | undefined;
  /** A training state to go on from. What `events` holds from after it is cut off. */
  readonly resume?: string | undefined;
}

/**
 * Training under way. Iterate it for its events, await it for its result; it goes on without either.
 * Several may iterate it, each of whom sees all events that are still kept: every epoch, and the last 4096 steps or so.
 * Leaving the loop early, when nobody else iterates, cancels the run and waits for its end.
 * A cancelled run resolves with status "cancelled", its checkpoint written; so does one whose backend is closed.
 */
export interface Run extends AsyncIterable<FitEvent>, PromiseLike<FitResult> {
  /** Stops after the step under way; the checkpoint and the state are written. */
  cancel(): void;
}
