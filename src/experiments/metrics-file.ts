import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { parseEvent } from "../event-log.ts";
import { fileError, writeFileAtomically } from "../files.ts";
import { metricsOf } from "./metrics.ts";
import type { RunFiles } from "./run-folder.ts";

/** The columns of metrics.csv besides step, timestamp and epoch; those of steps before those of epochs. */
const columns = [
  ...["loss", "crossEntropy", "kl", "adversarialLoss", "adversarialRise", "accuracy"],
  ...["train/loss", "train/crossEntropy", "train/kl", "train/adversarialLoss", "train/adversarialRise"],
  ...["train/accuracy", "validation/loss", "validation/accuracy", "seconds", "imagesPerSecond", "learningRate"],
] as const;

const readAtOnce = 1 << 20;

/**
 * metrics.csv, made of events.jsonl alone and therefore at one with it: written anew when a run begins or goes on, and kept
 * up with it by whole rows. What a kill leaves behind is a beginning of it.
 */
export class MetricsFile {
  readonly #files: RunFiles;
  readonly #events: number;
  readonly #table: number;
  readonly #buffer = Buffer.alloc(readAtOnce);
  #line = 0;
  /** What has been read of a line that has not ended. */
  #begun = "";

  private constructor(files: RunFiles, events: number, table: number) {
    [this.#files, this.#events, this.#table] = [files, events, table];
  }

  /**
   * The table of all events so far.
   * @throws AdsamError `file` and `disk` where it cannot be written.
   */
  static async open(files: RunFiles): Promise<MetricsFile> {
    const { events, metrics } = files;
    await writeFileAtomically(metrics, [`${["step", "timestamp", "epoch", ...columns].join(",")}\n`]);
    try {
      return new MetricsFile(files, openSync(events, "r"), openSync(metrics, "a"));
    } catch (error) {
      throw fileError(error, "write", metrics);
    }
  }

  /** Adds a row for each event that has been written down since. */
  catchUp(): void {
    const { events, metrics } = this.#files;
    try {
      for (;;) {
        const length = readSync(this.#events, this.#buffer);
        if (length === 0) return;
        const lines = (this.#begun + this.#buffer.toString("latin1", 0, length)).split("\n"); // numbers and English words
        this.#begun = lines.pop() ?? "";
        const rows = lines.map((line) => rowOf(line, `${events}:${++this.#line}`));
        for (let rest = Buffer.from(rows.join("")); rest.length > 0; ) {
          rest = rest.subarray(writeSync(this.#table, rest));
        }
      }
    } catch (error) {
      throw fileError(error, "write", metrics);
    }
  }

  close(): void {
    closeSync(this.#events);
    closeSync(this.#table);
  }
}

function rowOf(line: string, place: string): string {
  const event = parseEvent(line, place);
  const metrics = metricsOf(event);
  const cells = columns.map((column) => metrics[column] ?? "");
  return `${[event.step, event.timestamp ?? "", event.epoch, ...cells].join(",")}\n`;
}
