import { closeSync, createReadStream, existsSync, openSync } from "node:fs";
import { truncate } from "node:fs/promises";
import { AdsamError } from "./errors.ts";
import { append, fileError } from "./files.ts";
import { jsonText } from "./json.ts";
import { type FitEvent, fitEvent } from "./schema/events.ts";
import { validate } from "./validation.ts";

/** How far a run has come. */
export interface Reached {
  /** Steps taken. */
  readonly steps: number;
  /** Epochs finished. */
  readonly epochs: number;
}

/**
 * The events of a run in a file, one JSON document a line; open from its beginning to its end.
 *
 * An event is in the file before it is told, and before a state is written that counts it: a run that goes on from a
 * state finds every event up to there, and cuts off what came after.
 */
export class EventLog {
  readonly #path: string;
  readonly #file: number;

  private constructor(path: string, file: number) {
    this.#path = path;
    this.#file = file;
  }

  /**
   * Opens the log at `path`, cut back to a state of the run: to nothing for its beginning.
   * @throws AdsamError `file` when it cannot be written, holds something else, or less than the state counts, and then it is as
   *   it was.
   */
  static async open(path: string, reached: Reached): Promise<EventLog> {
    const kept = await lengthUntil(path, reached);
    try {
      const file = openSync(path, "a");
      await truncate(path, kept);
      return new EventLog(path, file);
    } catch (error) {
      throw fileError(error, "write", path);
    }
  }

  /**
   * Writes it down at once; it outlives this process.
   * @throws AdsamError `disk` when there is no room. The last line may be half written then.
   */
  append(event: FitEvent): void {
    append(this.#file, Buffer.from(`${jsonText(event)}\n`), this.#path);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/**
 * Bytes of the lines that tell of so much; what follows them is not looked at.
 * @throws AdsamError `file` for a log that tells of less, as nothing that an interrupted run leaves does.
 */
async function lengthUntil(path: string, { steps, epochs }: Reached): Promise<number> {
  if ((steps === 0 && epochs === 0) || !existsSync(path)) return 0;
  let [length, number] = [0, 0];
  const told = { steps: 0, epochs: 0 };
  for await (const line of wholeLines(path)) {
    if (told.steps >= steps && told.epochs >= epochs) break;
    const event = parseEvent(line, `${path}:${++number}`);
    if (event.kind === "epoch" ? event.epoch >= epochs : event.step > steps) break;
    if (event.kind === "epoch") told.epochs = event.epoch + 1;
    else told.steps = event.step;
    length += Buffer.byteLength(line) + 1;
  }
  if (told.steps >= steps && told.epochs >= epochs) return length;
  throw new AdsamError(
    "file",
    `${path}: expected events up to step ${steps} and of ${epochs} epochs, as the run's state has it, got those up to step ${told.steps} and of ${told.epochs}`,
    { suggestion: "put back what was in the file; without the file the run goes on and tells of what comes alone" },
  );
}

/**
 * The events in a log. What follows the last line's end was cut off, and is left out.
 * @throws AdsamError `file` for a line that is no event.
 */
export async function* readEvents(path: string): AsyncGenerator<FitEvent> {
  let number = 0;
  for await (const line of wholeLines(path)) yield parseEvent(line, `${path}:${++number}`);
}

async function* wholeLines(path: string): AsyncGenerator<string> {
  let rest = "";
  try {
    for await (const chunk of createReadStream(path, "utf8")) {
      const lines = (rest + String(chunk)).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } catch (error) {
    throw fileError(error, "read", path);
  }
}

/** @throws AdsamError `file` for a line that is no event, naming its place. */
export function parseEvent(line: string, where: string): FitEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new AdsamError("file", `${where}: expected a JSON document`, { cause });
  }
  return validate(fitEvent, value, where, "file");
}
