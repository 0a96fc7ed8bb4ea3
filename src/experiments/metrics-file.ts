import { closeSync, openSync } from "node:fs";
import { append, fileError, writeFileAtomically } from "../files.ts";
import type { FitEvent } from "../schema/events.ts";
import { LogReader } from "./log-reader.ts";
import { metricsOf } from "./metrics.ts";
import type { RunFiles } from "./run-folder.ts";

/** The columns of metrics.csv besides step, timestamp and epoch; those of steps before those of epochs. */
const columns = [
  ...["loss", "crossEntropy", "kl", "adversarialLoss", "adversarialRise", "accuracy"],
  ...["train/loss", "train/crossEntropy", "train/kl", "train/adversarialLoss", "train/adversarialRise"],
  ...["train/accuracy", "validation/loss", "validation/accuracy", "seconds", "imagesPerSecond", "learningRate", "beta"],
] as const;

/**
 * metrics.csv, made of events.jsonl alone and therefore at one with it: written anew when a run begins or goes on, and kept
 * up with it by whole rows. What a kill leaves behind is a beginning of it.
 */
export class MetricsFile {
  readonly #path: string;
  readonly #log: LogReader;
  readonly #table: number;

  private constructor(path: string, log: LogReader, table: number) {
    [this.#path, this.#log, this.#table] = [path, log, table];
  }

  /**
   * The table of all events so far.
   * @throws AdsamError `file` and `disk` where it cannot be written.
   */
  static async open({ events, metrics }: RunFiles): Promise<MetricsFile> {
    await writeFileAtomically(metrics, [`${["step", "timestamp", "epoch", ...columns].join(",")}\n`]);
    const log = new LogReader(events);
    try {
      return new MetricsFile(metrics, log, openSync(metrics, "a"));
    } catch (error) {
      log[Symbol.dispose]();
      throw fileError(error, "write", metrics);
    }
  }

  /** Adds a row for each event that has been written down since. */
  catchUp(): void {
    for (const events of this.#log.next()) append(this.#table, Buffer.from(events.map(rowOf).join("")), this.#path);
  }

  close(): void {
    this.#log[Symbol.dispose]();
    closeSync(this.#table);
  }
}

function rowOf(event: FitEvent): string {
  const metrics = metricsOf(event);
  const cells = columns.map((column) => metrics[column] ?? "");
  return `${[event.step, event.timestamp ?? "", event.epoch, ...cells].join(",")}\n`;
}
