import { closeSync, openSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { append, fileError, writeFileAtomically } from "../../files.ts";
import { framed, recordsIn } from "./records.ts";
import { beginning, toldBy } from "./summaries.ts";

/** Such that TensorBoard knows them, and reads the later one after the earlier one. */
const named = /^events\.out\.tfevents\.(\d{6})\.adsam$/;

/** The event files in a run's folder, the latest last; others than ours are not among them. */
export async function eventFilesIn(folder: string): Promise<string[]> {
  return (await readdir(folder))
    .filter((name) => named.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * The file that TensorBoard reads. A run that goes on begins a new one, which tells that what was read before counts no more,
 * takes over from the last one what no other file of the run has (pictures, distributions), and takes its place.
 */
export class EventFile implements Disposable {
  readonly #path: string;
  readonly #file: number;
  /** The step of the latest distributions in it; null: there are none. */
  readonly lastHistogram: number | null;
  readonly hasImage: boolean;

  private constructor(path: string, file: number, kept: readonly ReturnType<typeof toldBy>[]) {
    [this.#path, this.#file] = [path, file];
    this.lastHistogram = kept.reduce<number | null>(
      (last, { kind, step }) => (kind === "histogram" ? step : last),
      null,
    );
    this.hasImage = kept.some(({ kind }) => kind === "image");
  }

  /**
   * @param reached steps that the run has taken; what is told of later ones is left out.
   * @throws AdsamError `file` and `disk` where it cannot be written.
   */
  static async open(folder: string, reached: number): Promise<EventFile> {
    const earlier = await eventFilesIn(folder);
    const last = earlier.at(-1);
    const number = last === undefined ? 0 : Number(last.split(".").at(-2)) + 1;
    const path = join(folder, `events.out.tfevents.${String(number).padStart(6, "0")}.adsam`);
    try {
      const records = last === undefined ? [] : [...recordsIn(await readFile(last))];
      const kept = records
        .map((record) => ({ record, told: toldBy(record) }))
        .filter(({ told: { kind, step } }) => kind !== "other" && step <= reached);
      await writeFileAtomically(path, [beginning(Date.now()), ...kept.map(({ record }) => framed(record))]);
      for (const old of earlier) await rm(old, { force: true });
      return new EventFile(
        path,
        openSync(path, "a"),
        kept.map(({ told }) => told),
      );
    } catch (error) {
      throw fileError(error, "write", path);
    }
  }

  /** @throws AdsamError `disk` when there is no room. */
  write(records: Uint8Array): void {
    append(this.#file, records, this.#path);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}
