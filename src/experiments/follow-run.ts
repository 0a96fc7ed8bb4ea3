import { type FileHandle, open } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Cancellable } from "../backend.ts";
import { parseEvent } from "../event-log.ts";
import { fileError, systemCode } from "../files.ts";
import type { FitEvent } from "../schema/events.ts";
import { type RunStatus, statusOf } from "./list-runs.ts";
import { openRun } from "./run-folder.ts";

const newLine = 0x0a;
const readAtOnce = 1 << 20;
/** Bytes: with step, loss and time stamp, the end of a line is no other's. */
const remembered = 512;
/** How often the folder is looked at: a file system of another machine tells nobody of a change. */
const pauseMilliseconds = 500;

/** That nobody trains in a run's folder any more. */
export interface EndOfRun {
  /** That it is over. */
  readonly kind: "end";
  /** How the run stands. */
  readonly status: Exclude<RunStatus, "running">;
  /** What went wrong; null for a run that did not fail. */
  readonly failure: string | null;
}

/**
 * What a run has told so far, and tells until it ends, whatever process or machine trains: read from its folder, which is not
 * disturbed. Where a run is taken up again meanwhile, whose log is then cut back to its last state, all is told once more.
 * @throws AdsamError `file` for a folder that is no run's, or whose log is damaged.
 */
export async function* followRun(
  path: string,
  { signal }: Cancellable = {},
): AsyncGenerator<FitEvent | EndOfRun, void> {
  const { folder, files } = await openRun(resolve(path));
  const log = new GrowingLog(files.events);
  while (!signal?.aborted) {
    const run = await openRun(folder); // before the log is read, so that nothing follows its end
    const status = await statusOf(run);
    yield* log.next();
    if (status !== "running") {
      yield { kind: "end", status, failure: run.result?.status === "failed" ? run.result.error.message : null };
      return;
    }
    await delay(pauseMilliseconds, undefined, { signal }).catch(() => {}); // given up while it waited
  }
}

/** Events as they are written down. A line that has not ended is left for the next time. */
class GrowingLog {
  readonly #path: string;
  #offset = 0;
  #line = 0;
  /** What stands before the offset, by which a log is known that was cut back and has grown again. */
  #last: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    this.#path = path;
  }

  /** What has come since; all, where what was told before stands there no more. */
  async *next(): AsyncGenerator<FitEvent, void> {
    const file = await this.#opened();
    if (file === null) return;
    try {
      const buffer = Buffer.alloc(readAtOnce);
      for (;;) {
        if (!(await this.#isAsItWas(file))) [this.#offset, this.#line, this.#last] = [0, 0, Buffer.alloc(0)];
        const { bytesRead } = await file.read(buffer, 0, readAtOnce, this.#offset);
        const whole = buffer.subarray(0, bytesRead).lastIndexOf(newLine) + 1;
        if (whole === 0) return;
        for (const line of buffer.toString("utf8", 0, whole - 1).split("\n")) {
          this.#line += 1;
          yield parseEvent(line, `${this.#path}:${this.#line}`);
        }
        this.#offset += whole;
        this.#last = Buffer.from(buffer.subarray(Math.max(0, whole - remembered), whole));
      }
    } finally {
      await file.close();
    }
  }

  async #isAsItWas(file: FileHandle): Promise<boolean> {
    const { length } = this.#last;
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, this.#offset - length);
    return buffer.equals(this.#last);
  }

  /** null: there is none yet. */
  async #opened(): Promise<FileHandle | null> {
    try {
      return await open(this.#path, "r");
    } catch (error) {
      if (systemCode(error) === "ENOENT") return null;
      throw fileError(error, "read", this.#path);
    }
  }
}
