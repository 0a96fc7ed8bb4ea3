import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { chunks, without } from "./chunks.ts";
import { fileError, systemCode } from "./errors.ts";
import { writeTarget } from "./target.ts";

/**
 * Writes `parts` one after another to a file beside `path`, then renames it: readers see the old file or the new one,
 * never half of it. Nothing is left behind on failure. A link's file is replaced, not the link; a file that is replaced
 * keeps its permissions, and its owner and group where the system allows that.
 * Do not change the parts before it is done: they are not copied.
 * (Against a crash of this process, not of the machine: the disk is not told to flush.)
 * @throws AdsamError `file` when the folder is missing, or the path is no file's or may not be written; `disk` when there
 *   is no room.
 */
export async function writeFileAtomically(path: string, parts: readonly (Uint8Array | string)[]): Promise<void> {
  const target = await writeTarget(path);
  // Of a length of its own: the target's name may be as long as names may be.
  const partial = join(dirname(target.path), `.adsam-${randomUUID()}.partial`);
  try {
    await writeNew(partial, parts, target.old);
    await rename(partial, target.path);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw fileError(error, "write", path);
  }
}

async function writeNew(path: string, parts: readonly (Uint8Array | string)[], old: Stats | undefined): Promise<void> {
  const file = await open(path, "wx", old?.mode);
  try {
    if (old !== undefined) await keepRights(file, old);
    for (const chunk of chunks(parts)) await writeChunk(file, chunk);
  } finally {
    await file.close();
  }
}

async function writeChunk(file: FileHandle, chunk: readonly Uint8Array[]): Promise<void> {
  for (let left = chunk; left.length > 0; ) {
    const { bytesWritten } = await file.writev(left);
    left = without(left, bytesWritten);
  }
}

/** The owner first, for a change of owner takes rights away. */
async function keepRights(file: FileHandle, { uid, gid, mode }: Stats): Promise<void> {
  const own = await file.stat();
  if (own.uid !== uid || own.gid !== gid) await file.chown(uid, gid).catch(notAllowed);
  await file.chmod(mode);
}

/** Of who may not give files away, and of file systems that know no owners. */
const withoutOwners: ReadonlySet<unknown> = new Set(["EPERM", "EINVAL", "ENOSYS"]);

function notAllowed(error: unknown): void {
  if (!withoutOwners.has(systemCode(error))) throw error;
}
