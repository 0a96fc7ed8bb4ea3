import { closeSync, openSync, readSync } from "node:fs";
import { parseEvent } from "../event-log.ts";
import { fileError } from "../files.ts";
import type { FitEvent } from "../schema/events.ts";

const readAtOnce = 1 << 20;

/** Reads events.jsonl while it grows, from its beginning; a line that has not ended is left for the next time. */
export class LogReader implements Disposable {
  readonly #path: string;
  readonly #file: number;
  readonly #buffer = Buffer.alloc(readAtOnce);
  #line = 0;
  /** What has been read of a line that has not ended. */
  #begun = "";

  /** @throws AdsamError `file` where it cannot be read. */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#file = openSync(path, "r");
    } catch (error) {
      throw fileError(error, "read", path);
    }
  }

  /**
   * The events that have been written down since, bunch by bunch.
   * @throws AdsamError `file` for a line that is no event, and for a file that cannot be read.
   */
  *next(): Generator<readonly FitEvent[], void> {
    for (;;) {
      const length = this.#read();
      if (length === 0) return;
      const lines = (this.#begun + this.#buffer.toString("latin1", 0, length)).split("\n"); // numbers and English words
      this.#begun = lines.pop() ?? "";
      yield lines.map((line) => parseEvent(line, `${this.#path}:${++this.#line}`));
    }
  }

  #read(): number {
    try {
      return readSync(this.#file, this.#buffer);
    } catch (error) {
      throw fileError(error, "read", this.#path);
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}
