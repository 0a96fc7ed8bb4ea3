import { createHash } from "node:crypto";
import { readdir, rm, stat, utimes } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { AdsamError } from "../../errors.ts";
import { fileError, makeFolders } from "../../files.ts";
import type { ReadingOptions } from "../../schema/data.ts";
import type { Found } from "../sources/found.ts";
import { readEntry, writeEntry } from "./entry.ts";
import { signatureOf } from "./signature.ts";

/** What was read, and how. */
export interface CacheKey {
  /** The published data set that was asked for by name; null: whatever is there. */
  readonly name: string | null;
  /** Absolute. */
  readonly path: string;
  readonly options: ReadingOptions;
}

/** Data sets of fewer bytes are read in no time. */
const worthKeeping = 1 << 20;
/** A file may be changed once more within the same tick of its file system's clock; the slowest ticks every two seconds. */
const settledMilliseconds = 2_000;
const unusedMilliseconds = 30 * 24 * 3600 * 1000;

/**
 * What `read` gives, from one file of arrays where the same files were read in the same way before, and once it is kept. What
 * cannot be kept is read each time, and a remark says so.
 */
export async function cached(key: CacheKey, read: () => Promise<Found>): Promise<Found> {
  const folder = cacheFolder();
  const looked = Date.now();
  const before = folder === null ? undefined : await signatureOf(key.path);
  if (folder === null || before === undefined) return read();
  const path = join(
    folder,
    `${createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 32)}.safetensors`,
  );
  const kept = await readEntry(path, before.digest);
  if (kept !== undefined) {
    await touch(path);
    return kept;
  }
  const found = await read();
  const after = await signatureOf(key.path);
  const settled = after?.digest === before.digest && looked - before.youngest > settledMilliseconds;
  if (!settled || bytesOf(found) < worthKeeping) return found;
  try {
    await makeFolders(folder);
    await writeEntry(path, found, before.digest);
    await removeUnused(folder);
    return (await readEntry(path, before.digest)) ?? found;
  } catch (error) {
    const { message } = asAdsamError(fileError(error, "write", folder));
    return { ...found, remarks: [...found.remarks, `not kept for the next time: ${message}`] };
  }
}

/** The folder that ADSAM_CACHE names, otherwise `adsam/arrays` of the user's cache; null: it is "off". */
function cacheFolder(): string | null {
  const { ADSAM_CACHE: own, XDG_CACHE_HOME: cache } = process.env;
  if (own === "off") return null;
  return own || join(cache || join(homedir(), ".cache"), "adsam", "arrays");
}

function bytesOf({ dataset: { train, test } }: Found): number {
  return train.images.data.byteLength + test.images.data.byteLength;
}

async function removeUnused(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    if (name.endsWith(".safetensors") && Date.now() - mtimeMs > unusedMilliseconds) await rm(path, { force: true });
  }
}

/** That it was used; a cache that may only be read serves as well. */
async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => {});
}

function asAdsamError(error: unknown): AdsamError {
  if (error instanceof AdsamError) return error;
  throw error;
}
