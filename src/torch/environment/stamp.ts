import { createHash } from "node:crypto";
import { readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import type { EnvironmentPlace } from "./place.ts";
import { ownPlace } from "./place.ts";

/**
 * Whether set-up has finished here with these very requirements and the Python that is still there.
 * Reads a few small files and starts nothing; `inspectPython` looks closer.
 */
export function environmentIsCurrent(place: EnvironmentPlace = ownPlace): boolean {
  try {
    return readFileSync(place.stamp, "utf8") === stampOf(place);
  } catch {
    return false;
  }
}

/** Written last: an environment without it is half-made. */
export function writeStamp(place: EnvironmentPlace): void {
  const beside = `${place.stamp}.${process.pid}`;
  writeFileSync(beside, stampOf(place));
  renameSync(beside, place.stamp);
}

function stampOf(place: EnvironmentPlace): string {
  const hash = createHash("sha256");
  for (const path of place.requirements) hash.update(readFileSync(path)).update("\0");
  const version = /^version\s*=\s*(\S+)/m.exec(readFileSync(`${place.venv}/pyvenv.cfg`, "utf8"))?.[1];
  // The link leads elsewhere, or nowhere, once the Python that the environment was made from is replaced.
  const interpreter = realpathSync(place.python);
  return `${JSON.stringify({ requirements: hash.digest("hex"), python: version, interpreter }, null, 2)}\n`;
}
