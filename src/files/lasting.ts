import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { chunkBytes } from "./chunks.ts";
import { fileError } from "./errors.ts";
import { readWhole } from "./read.ts";

/** Where a file has bytes. */
export interface Place {
  /** Of the file, for any process of this machine, also when another file has taken its name or it is removed. */
  readonly path: string;
  /** Of the first byte. */
  readonly offset: number;
}

/** The files of bytes in memory, open as long as those live: whoever replaces one by name leaves it as it is. */
const files = new WeakMap<ArrayBufferLike, FileHandle>();
const forgotten = new FinalizationRegistry<FileHandle>((file) => void file.close().catch(() => {}));

/**
 * Reads a whole file as `readBytes` does, and remembers which it was, so that others may map the file instead of being sent
 * the bytes.
 * @throws AdsamError as `readBytes`.
 */
export async function readLasting(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = await open(path, constants.O_RDONLY).catch((error: unknown) => {
    throw fileError(error, "read", path);
  });
  try {
    const bytes = await readWhole(file, path);
    files.set(bytes.buffer, file);
    forgotten.register(bytes.buffer, file);
    return bytes;
  } catch (error) {
    await file.close();
    throw fileError(error, "read", path);
  }
}

/**
 * Where the file that these bytes were read from has them; undefined where they are of none, or not what it has: someone
 * has written to either. It holds as long as the bytes live. Only Linux lets one process name a file that another holds open.
 */
export async function placeOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Promise<Place | undefined> {
  const file = files.get(buffer);
  if (file === undefined || process.platform !== "linux" || byteLength === 0) return undefined;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  if (!(await holds(file, bytes, byteOffset))) return undefined;
  return { path: `/proc/${process.pid}/fd/${file.fd}`, offset: byteOffset };
}

async function holds(file: FileHandle, bytes: Uint8Array, offset: number): Promise<boolean> {
  const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, bytes.byteLength));
  for (let start = 0; start < bytes.byteLength; ) {
    const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, bytes.byteLength - start), offset + start);
    const same = chunk.subarray(0, bytesRead).equals(bytes.subarray(start, start + bytesRead));
    if (bytesRead === 0 || !same) return false;
    start += bytesRead;
  }
  return true;
}
