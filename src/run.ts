import { AdsamError } from "./errors.ts";
import type { FitEvent } from "./schema/events.ts";
import type { FitResult } from "./schema/results.ts";
import type { Run } from "./training.ts";

/** What is kept for readers is bounded: the oldest steps go first, epochs stay. */
const eventsKept = 4096;

interface KeptEvent {
  /** Of all events told, counted from 0. */
  readonly number: number;
  readonly event: FitEvent;
}

/** Training under way, as its events and its end: what every backend's `fit` gives. */
export class StreamedRun implements Run {
  readonly #result: Promise<FitResult>;
  readonly #abort = new AbortController();
  readonly #kept: KeptEvent[] = [];
  #told = 0;
  #readers = 0;
  #ended = false;
  #news = new News();

  /** `start` begins the training, telling its events to the one function and stopping at the signal. */
  constructor(start: (onEvent: (event: FitEvent) => void, stop: AbortSignal) => Promise<FitResult>) {
    this.#result = this.#end(start((event) => this.#take(event), this.#abort.signal));
  }

  cancel(): void {
    this.#acknowledge();
    this.#abort.abort();
  }

  // biome-ignore lint/suspicious/noThenProperty: a run is awaited for its result
  then<Value = FitResult, Failure = never>(
    onResult?: ((result: FitResult) => Value | PromiseLike<Value>) | null,
    onFailure?: ((error: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Value | Failure> {
    return this.#result.then(onResult, onFailure);
  }

  /** The events from the first one that is still kept, for each reader all of them. */
  async *[Symbol.asyncIterator](): AsyncGenerator<FitEvent, void> {
    let next = 0;
    let finished = false;
    this.#acknowledge();
    this.#readers += 1;
    try {
      while (true) {
        const fresh = this.#keptFrom(next);
        for (const { number, event } of fresh) {
          next = number + 1;
          yield event;
        }
        if (fresh.length > 0) continue;
        if (this.#ended) break;
        await this.#news.come;
      }
      finished = true;
      await this.#result;
    } finally {
      this.#readers -= 1;
      if (!finished && this.#readers === 0) {
        this.cancel();
        await this.#result; // until its files are written: whoever has left may close the backend next
      }
    }
  }

  /** A failure that nobody awaits, reads of or gave up is an unhandled rejection, as that of any promise. */
  async #end(work: Promise<FitResult>): Promise<FitResult> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof AdsamError && error.code === "closed") this.#acknowledge(); // by whoever closed the backend
      throw error;
    } finally {
      this.#ended = true;
      this.#wakeReaders();
    }
  }

  /** Its failure is known to somebody, or is nobody's concern any more. */
  #acknowledge(): void {
    this.#result.catch(() => {});
  }

  #keptFrom(next: number): KeptEvent[] {
    return this.#kept.slice(this.#kept.findLastIndex(({ number }) => number < next) + 1);
  }

  #take(event: FitEvent): void {
    this.#kept.push({ number: this.#told, event });
    this.#told += 1;
    if (this.#kept.length > eventsKept) {
      const oldest = this.#kept.findIndex(({ event: { kind } }) => kind === "step");
      if (oldest >= 0) this.#kept.splice(oldest, 1);
    }
    this.#wakeReaders();
  }

  #wakeReaders(): void {
    const { tell } = this.#news;
    this.#news = new News();
    tell();
  }
}

/** What any number of readers can wait for, once. */
class News {
  tell: () => void = () => {};
  readonly come = new Promise<void>((resolve) => {
    this.tell = resolve;
  });
}
