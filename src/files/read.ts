import { constants as limits } from "node:buffer";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import pLimit from "p-limit";
import { AdsamError } from "../errors.ts";
import { chunkBytes } from "./chunks.ts";
import { fileError } from "./errors.ts";
import { checkRegular } from "./kind.ts";

/** New memory is slow at its first touch, which several threads share; one of the pool's four stays free. */
const readsAtOnce = 3;
/** Without it, a pipe that nobody writes to holds whoever opens it. */
const atOnce = constants.O_NONBLOCK ?? 0;

/**
 * Reads a whole file in chunks, off the event loop. The bytes start at offset 0 of a buffer of their own.
 * @throws AdsamError `file` when it is missing, no regular file, cannot be read, or changes meanwhile.
 */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const file = await open(path, constants.O_RDONLY | atOnce);
    return await readWhole(file, path).finally(() => file.close());
  } catch (error) {
    throw fileError(error, "read", path);
  }
}

/** The same of an open file. */
export async function readWhole(file: FileHandle, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const before = await file.stat();
  checkRegular(before, "read", path);
  const { size } = before;
  if (size > limits.MAX_LENGTH) {
    throw new AdsamError("file", `${path} is ${size} bytes long, more than the ${limits.MAX_LENGTH} that can be held`);
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
  const after = await file.stat();
  if (after.size !== size || after.mtimeMs !== before.mtimeMs) {
    throw new AdsamError("file", `${path} changed while it was read`, {
      suggestion: "read it again once it is written",
    });
  }
  return bytes;
}
