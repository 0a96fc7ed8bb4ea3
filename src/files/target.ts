import { constants, type Stats } from "node:fs";
import { access, lstat, readlink, realpath, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
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

/** Better now than after an epoch. @throws as `writeTarget`. */
export async function checkWritable(path: string): Promise<void> {
  await writeTarget(path);
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
