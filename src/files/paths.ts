import { resolve } from "node:path";
import { AdsamError } from "../errors.ts";

/**
 * A path as it is now, whatever the working directory will be.
 * @param what names it in messages.
 * @throws AdsamError `usage` for what is no path, where no compiler was asked.
 */
export function absolutePath(path: string, what: string): string {
  const given: unknown = path;
  if (typeof given === "string" && given !== "") return resolve(given);
  const got = given === undefined ? "nothing" : given === "" ? "an empty text" : typeof given;
  throw new AdsamError("usage", `${what}: expected a path, got ${got}`);
}
