import { constants, type Stats } from "node:fs";
import { access, lstat, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { AdsamError } from "../errors.ts";
import { fileError, systemCode } from "./errors.ts";
import { checkRegular } from "./kind.ts";

/** The file that writing to a path makes or replaces. */
export interface Target {
  /** Behind all links. */
  readonly path: string;
  /** Of the file that is there already. */
  readonly old: Stats | undefined;
}

/**
 * Where writing to `path` ends up: links are followed, as every program follows them, also to a file yet to be made.
 * @throws AdsamError `file` when the folder is missing, and when what is there is no file, or may not be written.
 */
export async function writeTarget(path: string): Promise<Target> {
  let place = path;
  try {
    const old = await stat(path).catch(absent);
    if (old !== undefined) checkRegular(old, "write", path);
    place = old === undefined ? await endOfLinks(path) : await realpath(path);
    if (old !== undefined) await access(place, constants.W_OK);
    await access(dirname(place), constants.W_OK | constants.X_OK);
    return { path: place, old };
  } catch (error) {
    throw fileError(error, "write", place);
  }
}

/**
 * Holds the paths of what is to be written to files that can be, each of its own: better now than after an epoch.
 * @throws AdsamError as `writeTarget`, and `usage` where two are one file.
 */
export async function checkWritable(...paths: readonly string[]): Promise<void> {
  const places = new Set<string>();
  for (const path of paths) {
    const target = await writeTarget(path);
    const place = join(await realpath(dirname(target.path)), basename(target.path));
    if (places.has(place)) throw new AdsamError("usage", `expected a file of its own for each, got ${path} twice`);
    places.add(place);
  }
}

/** The last of the links that begin at `path` leads to nothing: that is where the file is made. */
async function endOfLinks(path: string): Promise<string> {
  const found = await lstat(path).catch(absent);
  if (!found?.isSymbolicLink()) return path;
  return endOfLinks(resolve(await realpath(dirname(path)), await readlink(path)));
}

function absent(error: unknown): undefined {
  if (systemCode(error) === "ENOENT") return undefined;
  throw error;
}
