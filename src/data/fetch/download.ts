import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { AdsamError } from "../../errors.ts";
import { fileError } from "../../files.ts";
import { goesOn, request } from "./request.ts";

/** How far a download is. */
export interface DownloadProgress {
  /** The file's name. */
  readonly file: string;
  /** Bytes that are there. */
  readonly received: number;
  /** Bytes of the whole file; null: the server does not say. */
  readonly total: number | null;
  /** Bytes that were there before. */
  readonly resumed: number;
}

/** What is downloaded. */
export interface Download {
  readonly url: string;
  readonly path: string;
  readonly md5: string;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (progress: Omit<DownloadProgress, "file">) => void;
}

const attempts = 4;
const pauseMilliseconds = 250;

/**
 * Downloads a file beside its place, as `.part`, and gives it its name once the checksum holds. A connection that breaks is
 * taken up again where it broke, three times; what has come stays for the next call, and is taken up there too.
 * @throws AdsamError `environment` when the server cannot be reached or breaks off, `file` when it has no such file, `data` for
 *   another checksum, `disk` and `file` when it cannot be written, `cancelled` when the signal fires.
 */
export async function download(asked: Download): Promise<void> {
  const part = `${asked.path}.part`;
  const resumed = await sizeOf(part);
  if (!(await isRight(part, asked.md5))) {
    await transferPatiently(asked, part);
    if (resumed > 0 && !(await isRight(part, asked.md5))) {
      await rm(part); // it was the beginning of something else
      await transferPatiently(asked, part);
    }
  }
  await accept(asked, part);
}

/** Whether the file is there, whole and right. */
export async function isRight(path: string, md5: string): Promise<boolean> {
  return (await sizeOf(path)) > 0 && (await checksumOf(path)) === md5;
}

async function transferPatiently(asked: Download, part: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transfer(asked, part);
    } catch (error) {
      if (!isBroken(error) || attempt === attempts) throw error;
      await sleep(pauseMilliseconds * attempt);
    }
  }
}

async function transfer(asked: Download, part: string): Promise<void> {
  const { signal, onProgress, url } = asked;
  const there = await sizeOf(part);
  const answer = await request(url, there, signal);
  const { start, total } = answer;
  let received = start;
  onProgress({ received, total, resumed: start });
  try {
    const file = await open(part, start === 0 ? "w" : "a");
    try {
      for await (const chunk of answer.chunks) {
        await file.writeFile(chunk);
        received += chunk.length;
        onProgress({ received, total, resumed: start });
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(error, "write", part);
  }
  if (total !== null && received !== total) {
    throw new AdsamError("environment", `${url} ended after ${received} bytes, expected ${total}`, {
      suggestion: goesOn,
    });
  }
}

/** Whether a further attempt may mend it. */
function isBroken(error: unknown): boolean {
  return error instanceof AdsamError && error.suggestion === goesOn;
}

async function accept({ path, url, md5 }: Download, part: string): Promise<void> {
  const found = await checksumOf(part);
  if (found === md5) {
    await rename(part, path).catch((error: unknown) => {
      throw fileError(error, "write", path);
    });
    return;
  }
  const size = await sizeOf(part);
  await rm(part);
  throw new AdsamError("data", `${url}: expected a file whose MD5 is ${md5}, got ${size} bytes of ${found}`, {
    suggestion: "the server has another file: name another one with --mirror",
  });
}

async function checksumOf(path: string): Promise<string> {
  const hash = createHash("md5");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
