import type { Run } from "./backend.ts";
import type { FitEvent } from "./schema/events.ts";
import type { FitResult } from "./schema/results.ts";

/** What waits for a reader is bounded: the oldest steps go first, epochs stay. */
const stepsKept = 4096;

/** Training under way, as its events and its end: what every backend's `fit` gives. */
export class StreamedRun implements Run {
  readonly #result: Promise<FitResult>;
  readonly #abort = new AbortController();
  readonly #events: FitEvent[] = [];
  #ended = false;
  #wake: () => void = () => {};

  /** `start` begins the training, telling its events to the one function and stopping at the signal. */
  constructor(start: (onEvent: (event: FitEvent) => void, stop: AbortSignal) => Promise<FitResult>) {
    this.#result = start((event) => this.#take(event), this.#abort.signal);
    const end = () => {
      this.#ended = true;
      this.#wake();
    };
    this.#result.then(end, end); // a failure is for whoever awaits or iterates, or for nobody
  }

  cancel(): void {
    this.#abort.abort();
  }

  // biome-ignore lint/suspicious/noThenProperty: a run is awaited for its result
  then<Value = FitResult, Failure = never>(
    onResult?: ((result: FitResult) => Value | PromiseLike<Value>) | null,
    onFailure?: ((error: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Value | Failure> {
    return this.#result.then(onResult, onFailure);
  }

  /** The events from the first one that is still kept; leaving the loop early cancels the run. */
  async *[Symbol.asyncIterator](): AsyncGenerator<FitEvent, void> {
    let finished = false;
    try {
      while (true) {
        const event = this.#events.shift();
        if (event !== undefined) {
          yield event;
        } else if (this.#ended) {
          finished = true;
          await this.#result;
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      if (!finished) this.cancel();
    }
  }

  #take(event: FitEvent): void {
    this.#events.push(event);
    if (this.#events.length > stepsKept) {
      const oldest = this.#events.findIndex(({ kind }) => kind === "step");
      if (oldest >= 0) this.#events.splice(oldest, 1);
    }
    this.#wake();
  }
}
