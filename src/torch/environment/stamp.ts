import { createHash } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { Stamp } from "../../installation/stamp.ts";
import type { EnvironmentPlace } from "./place.ts";
import { ownPlace } from "./place.ts";

/**
 * Whether set-up has finished here with these very requirements and the Python that is still there.
 * Reads a few small files and starts nothing; `inspectPython` looks closer.
 */
export function environmentIsCurrent(place: EnvironmentPlace = ownPlace): boolean {
  return stampOf(place).isCurrent();
}

/** Written last: an environment without it is half-made. */
export async function writeStamp(place: EnvironmentPlace): Promise<void> {
  await stampOf(place).write();
}

function stampOf(place: EnvironmentPlace): Stamp {
  return new Stamp(place.stamp, () => {
    const hash = createHash("sha256");
    for (const path of place.requirements) hash.update(readFileSync(path)).update("\0");
    const version = /^version\s*=\s*(\S+)/m.exec(readFileSync(`${place.venv}/pyvenv.cfg`, "utf8"))?.[1];
    // The link leads elsewhere, or nowhere, once the Python that the environment was made from is replaced.
    const interpreter = realpathSync(place.python);
    return { requirements: hash.digest("hex"), python: version, interpreter };
  });
}
