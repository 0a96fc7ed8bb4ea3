import { resolve } from "node:path";
import { AdsamError } from "../errors.ts";

/**
 * A path as it is now, whatever the working directory will be.
 * @param what names it in messages.
 * @throws AdsamError `usage` for what is no path, where no compiler was asked.
 */
export function absolutePath(path: string, what: string): string {
  const given: unknown = path;
  if (typeof given === "string" && given !== "" && !given.includes("\0")) return resolve(given);
  throw new AdsamError("usage", `${what}: expected a path, got ${nameOf(given)}`);
}

function nameOf(given: unknown): string {
  if (given === undefined) return "nothing";
  if (typeof given !== "string") return typeof given;
  return given === "" ? "an empty text" : `one that holds a zero byte, ${JSON.stringify(given)}`;
}
