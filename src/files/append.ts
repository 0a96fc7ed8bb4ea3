import { writeSync } from "node:fs";
import { fileError } from "./errors.ts";

/**
 * Writes all of it to the end of an open file, at once.
 * @param path of the file, for messages.
 * @throws AdsamError `disk` when there is no room; a part may have been written then.
 */
export function append(file: number, content: Uint8Array, path: string): void {
  try {
    for (let rest = content; rest.length > 0; ) rest = rest.subarray(writeSync(file, rest));
  } catch (error) {
    throw fileError(error, "write", path);
  }
}
