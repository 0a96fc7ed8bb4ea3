import { constants } from "node:buffer";
import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import pLimit from "p-limit";
import { AdsamError } from "./errors.ts";

/** Bytes moved by one system call: enough for full speed, few enough that a thread of the pool is soon free again. */
const chunkBytes = 8 * 2 ** 20;
/** New memory is slow at its first touch, which several threads share; one of the pool's four stays free. */
const readsAtOnce = 3;

/**
 * Reads a whole file in chunks, off the event loop. The bytes start at offset 0 of a buffer of their own.
 * @throws AdsamError `file` when it is missing, cannot be read, or shrinks meanwhile.
 */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    await using file = await open(path, "r");
    const { size } = await file.stat();
    if (size > constants.MAX_LENGTH) {
      throw new AdsamError(
        "file",
        `${path} is ${size} bytes long, more than the ${constants.MAX_LENGTH} that can be held`,
      );
    }
    const bytes = new Uint8Array(size);
    const readChunk = async (start: number): Promise<void> => {
      const end = Math.min(start + chunkBytes, size);
      for (let position = start; position < end; ) {
        const { bytesRead } = await file.read(bytes, position, end - position, position);
        if (bytesRead === 0) throw new AdsamError("file", `${path} ended at byte ${position}, expected ${size} bytes`);
        position += bytesRead;
      }
    };
    const starts = Array.from({ length: Math.ceil(size / chunkBytes) }, (_, index) => index * chunkBytes);
    await pLimit(readsAtOnce).map(starts, readChunk);
    return bytes;
  } catch (error) {
    throw fileError(error, "read", path);
  }
}

/**
 * Writes `parts` one after another to a file beside `path`, then renames it: readers see the old file or the new one,
 * never half of it. Nothing is left behind on failure. Do not change the parts before it is done: they are not copied.
 * (Against a crash of this process, not of the machine: the disk is not told to flush.)
 * @throws AdsamError `file` when the folder is missing or the file may not be written, `disk` when there is no room.
 */
export async function writeFileAtomically(path: string, parts: readonly (Uint8Array | string)[]): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeNew(temporary, parts);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileError(error, "write", path);
  }
}

async function writeNew(path: string, parts: readonly (Uint8Array | string)[]): Promise<void> {
  await using file = await open(path, "wx");
  for (const chunk of chunks(parts)) {
    for (let left = chunk; left.length > 0; ) {
      const { bytesWritten } = await file.writev(left);
      left = without(left, bytesWritten);
    }
  }
}

/** Cuts long parts and gathers short ones, so that every chunk but the last holds `chunkBytes`. */
function* chunks(parts: readonly (Uint8Array | string)[]): Generator<Uint8Array[]> {
  let chunk: Uint8Array[] = [];
  let room = chunkBytes;
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part) : part;
    for (let start = 0; start < bytes.byteLength; ) {
      const piece = bytes.subarray(start, start + room);
      chunk.push(piece);
      start += piece.byteLength;
      room -= piece.byteLength;
      if (room === 0) {
        yield chunk;
        chunk = [];
        room = chunkBytes;
      }
    }
  }
  if (chunk.length > 0) yield chunk;
}

function without(pieces: readonly Uint8Array[], written: number): Uint8Array[] {
  let done = written;
  const left: Uint8Array[] = [];
  for (const piece of pieces) {
    if (done < piece.byteLength) left.push(piece.subarray(done));
    done = Math.max(0, done - piece.byteLength);
  }
  return left;
}

const reasons: Readonly<Record<string, readonly [reason: string, suggestion: string]>> = {
  EACCES: ["permission denied", "check the permissions of the file and its folder"],
  EPERM: ["the system does not permit it", "check the permissions of the file and its folder"],
  EROFS: ["the file system is read-only", "choose another folder"],
  EISDIR: ["it is a folder", "give the path of a file"],
  ENOTDIR: ["a part of the path is not a folder", "check the path"],
  ENOSPC: ["no space is left on the device", "free some space, or choose another folder"],
  EDQUOT: ["the disk quota is used up", "free some space, or choose another folder"],
  EFBIG: ["the file would be larger than this process may write", "raise the limit (ulimit -f)"],
  EMFILE: ["too many files are open", "raise the limit (ulimit -n)"],
};

const noRoom: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** An AdsamError for a failed system call, `disk` when there is no room and `file` otherwise; any other error as it is. */
export function fileError(error: unknown, doing: "read" | "write", path: string): unknown {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return error;
  const [reason, suggestion] = explain(String(error.code), doing, path) ?? [error.message, undefined];
  return new AdsamError(noRoom.has(error.code) ? "disk" : "file", `cannot ${doing} ${path}: ${reason}`, {
    suggestion,
    cause: error,
  });
}

function explain(code: string, doing: "read" | "write", path: string) {
  if (code !== "ENOENT") return reasons[code];
  return doing === "read"
    ? (["there is no such file", "check the path"] as const)
    : ([`there is no folder ${dirname(path)}`, "create the folder first"] as const);
}
