import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { AdsamError } from "../../errors.ts";
import { readBytes } from "../../files.ts";

const unpack = promisify(gunzip);

/**
 * A file's bytes, unpacked where it is packed by gzip, whatever it is called.
 * @throws AdsamError `file` when it cannot be read, `data` when it is damaged.
 */
export async function readUnpacked(path: string): Promise<Uint8Array> {
  const bytes = await readBytes(path);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  return unpack(bytes).catch((cause: Error) => {
    throw new AdsamError("data", `${path} is damaged: expected a whole gzip file, got ${cause.message}`, {
      suggestion: "it may be cut short: download or copy it again",
      cause,
    });
  });
}
