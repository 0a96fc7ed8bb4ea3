import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { AdsamError } from "../errors.ts";
import { fileError } from "../files.ts";
import { jsonText } from "../json.ts";
import { type FitEvent, fitEvent } from "../schema/events.ts";
import { validate } from "../validation.ts";

/** Appends events to a file, one JSON document a line; each is on its way to the disk before the next is taken. */
export class EventLog implements AsyncDisposable {
  readonly #path: string;
  readonly #file: FileHandle;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** Opens the log at `path` at its end; a last line that was cut off is taken away. */
  static async open(path: string): Promise<EventLog> {
    try {
      const file = await open(path, "a+");
      await file.truncate(await lengthOfWholeLines(file));
      return new EventLog(path, file);
    } catch (error) {
      throw fileError(error, "write", path);
    }
  }

  async append(event: FitEvent): Promise<void> {
    try {
      await this.#file.appendFile(`${jsonText(event)}\n`);
    } catch (error) {
      throw fileError(error, "write", this.#path);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

async function lengthOfWholeLines(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  const tail = Buffer.alloc(Math.min(size, 65_536)); // no event is longer
  await file.read(tail, 0, tail.length, size - tail.length);
  return size - tail.length + tail.lastIndexOf("\n") + 1;
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

function parseEvent(line: string, where: string): FitEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new AdsamError("file", `${where}: expected a JSON document`, { cause });
  }
  return validate(fitEvent, value, where, "file");
}
