import type { Stats } from "node:fs";
import { AdsamError } from "../errors.ts";

/**
 * Holds what lies at `path` to a regular file: a pipe or device has no size to read, and is not replaced by a file.
 * @throws AdsamError `file` that says what it is.
 */
export function checkRegular(found: Stats, doing: "read" | "write", path: string): void {
  if (found.isFile()) return;
  throw new AdsamError("file", `cannot ${doing} ${path}: it is a ${kindOf(found)}`, {
    suggestion: "give the path of a file",
  });
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return "folder";
  if (found.isFIFO()) return "pipe";
  if (found.isSocket()) return "socket";
  return "device";
}
