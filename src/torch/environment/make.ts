import { constants } from "node:fs";
import { access, mkdir, rm } from "node:fs/promises";
import { AdsamError } from "../../errors.ts";
import { follow } from "../../installation/program.ts";
import { withLock } from "../../lock.ts";
import { describeOwner, type Owner } from "../../owner.ts";
import { findBasePython } from "./base.ts";
import { inspectPython, requireHealthy } from "./inspect.ts";
import { installRequirements } from "./install.ts";
import { type EnvironmentPlace, ownPlace } from "./place.ts";
import { environmentIsCurrent, writeStamp } from "./stamp.ts";

export interface MakeOptions {
  /** Told what happens, a line at a time. */
  readonly onLine?: (line: string) => void;
  /** The Python to make it from; otherwise ADSAM_BASE_PYTHON, otherwise one of those in PATH. */
  readonly basePython?: string | undefined;
  /** Also look inside an environment that is there (0.1 s), and make it anew when something lacks. */
  readonly check?: boolean;
}

export interface MadeEnvironment {
  readonly python: string;
  /** False when it was there already. */
  readonly made: boolean;
}

/**
 * Makes the virtual environment with the pinned packages, unless it is there already. Set-ups that run at once wait for each other;
 * one that was broken off leaves nothing that counts as an environment.
 * @throws AdsamError `environment` when there is no Python to make it from or pip fails, or the folder cannot be written.
 */
export async function makeEnvironment(
  options: MakeOptions = {},
  place: EnvironmentPlace = ownPlace,
): Promise<MadeEnvironment> {
  const { onLine = () => {}, check = false } = options;
  const isThere = async () =>
    environmentIsCurrent(place) && (!check || (await inspectPython(place.python)).problems.length === 0);
  if (await isThere()) return { python: place.python, made: false };

  await mkdir(place.folder, { recursive: true }).catch(cannotWrite(place));
  await access(place.folder, constants.W_OK).catch(cannotWrite(place));
  const tellWaiting = (holder: Owner) => onLine(`waiting for another set-up (${describeOwner(holder)}; ${place.lock})`);
  return withLock(place.lock, tellWaiting, async () => {
    if (await isThere()) return { python: place.python, made: false };
    await makeVirtualEnvironment(place, options.basePython, onLine);
    await installRequirements(place, onLine);
    requireHealthy(await inspectPython(place.python));
    await writeStamp(place);
    return { python: place.python, made: true };
  });
}

async function makeVirtualEnvironment(
  place: EnvironmentPlace,
  named: string | undefined,
  onLine: (line: string) => void,
) {
  const base = await findBasePython(named);
  onLine(`making ${place.venv} with Python ${base.version}`);
  await rm(place.venv, { recursive: true, force: true }).catch(cannotWrite(place));
  const { ok, lines } = await follow(base.program, ["-I", "-m", "venv", place.venv], () => {});
  if (ok) return;
  throw new AdsamError(
    "environment",
    `${base.program} could not make ${place.venv}:\n  ${lines.slice(-12).join("\n  ")}`,
    {
      suggestion: `make room or mend that Python, then run \`${place.setupCommand}\` again; or name another with ADSAM_BASE_PYTHON`,
    },
  );
}

const cannotWrite =
  ({ folder }: EnvironmentPlace) =>
  (cause: Error): never => {
    throw new AdsamError("environment", `expected a folder to write in, got ${folder}: ${cause.message}`, {
      suggestion: "make it writable, or name a Python that has torch with ADSAM_PYTHON",
      cause,
    });
  };
