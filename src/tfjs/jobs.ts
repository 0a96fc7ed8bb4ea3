import { AdsamError } from "../errors.ts";
import { unlessAborted } from "../unless-aborted.ts";

/** Work in turn, one piece at a time: the engine has one thread, and models are not shared between two. */
export class Jobs {
  readonly #closing = new AbortController();
  #last: Promise<unknown> = Promise.resolve();

  /** Fires when nobody is to begin anything any more. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /**
   * What the work answers, once all that was asked for before is done.
   * @param signal gives it up: it is not begun, or goes on for nobody unless it looks at the signal itself.
   * @throws AdsamError `cancelled` as soon as the signal fires, `closed` after `close`, and whatever the work throws.
   */
  async run<T>(work: () => T | Promise<T>, signal?: AbortSignal): Promise<T> {
    this.checkOpen();
    const turn = this.#last.then(() => {
      this.checkOpen();
      checkCancelled(signal);
      return work();
    });
    this.#last = turn.catch(() => {}); // its failure is for whoever asked
    return unlessAborted(turn, signal);
  }

  /** Refuses what has not begun, and waits for what has. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#last;
  }

  /** @throws AdsamError `closed` after `close`. */
  checkOpen(): void {
    if (!this.closing.aborted) return;
    throw new AdsamError("closed", "the session is closed", { suggestion: "open the backend again" });
  }
}

/** @throws AdsamError `cancelled` when the signal has fired. */
export function checkCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AdsamError("cancelled", "cancelled", { cause: signal.reason });
}
