import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { AdsamError } from "../../errors.ts";
import { type EnvironmentPlace, ownPlace } from "./place.ts";

export type PythonSource = "option" | "ADSAM_PYTHON" | "setup";

export interface FindOptions {
  /** The Python to use: a path, or a name to be looked up in PATH. */
  readonly python?: string | undefined;
}

export interface FoundPython {
  /** Absolute, and not resolved further: a virtual environment's Python is a link. */
  readonly path: string;
  readonly source: PythonSource;
}

/**
 * The Python to use: the one named by an option, else by ADSAM_PYTHON, else the one that set-up made.
 * @throws AdsamError `environment` when it is not there or cannot be executed.
 */
export async function findPython(options: FindOptions = {}, place: EnvironmentPlace = ownPlace): Promise<FoundPython> {
  if (options.python !== undefined)
    return { path: await named(options.python, "the option python", place), source: "option" };
  const fromEnvironment = process.env.ADSAM_PYTHON;
  if (fromEnvironment) return { path: await named(fromEnvironment, "ADSAM_PYTHON", place), source: "ADSAM_PYTHON" };
  return { path: await made(place), source: "setup" };
}

async function made(place: EnvironmentPlace): Promise<string> {
  const finished = (await isExecutable(place.python)) && (await exists(place.stamp));
  if (finished) return place.python;
  const state = (await exists(place.venv)) ? "is unfinished or damaged" : "is not there yet";
  throw new AdsamError("environment", `expected a Python environment in ${place.venv}, which ${state}`, {
    suggestion: `run \`${place.setupCommand}\`, or name a Python that has torch with --python or ADSAM_PYTHON`,
  });
}

async function named(name: string, by: string, place: EnvironmentPlace): Promise<string> {
  const fail = (came: string, suggestion: string): never => {
    throw new AdsamError("environment", `expected ${by} to name a Python program, got ${came}`, { suggestion });
  };
  const otherwise = `name one that is there, or leave ${by} out and run \`${place.setupCommand}\``;
  const path = name.includes("/") ? resolve(name) : await inSearchPath(name);
  if (path === undefined) return fail(`"${name}", which no folder of PATH holds`, otherwise);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return fail(`${path}, which does not exist`, otherwise);
  if (found.isDirectory()) {
    const inside = join(path, "bin/python");
    return fail(`the folder ${path}`, (await isExecutable(inside)) ? `name ${inside}` : otherwise);
  }
  if (!(await isExecutable(path))) return fail(`${path}, which is not executable`, otherwise);
  return path;
}

async function inSearchPath(name: string): Promise<string | undefined> {
  if (name === "") return undefined;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = resolve(folder, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return false;
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
