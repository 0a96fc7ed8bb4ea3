import { randomUUID } from "node:crypto";
import { type FileHandle, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileError, systemCode } from "./files.ts";
import { isAlive, type Owner, parseOwner, thisProcess } from "./owner.ts";

/** How often a holder touches its lock, for those who cannot look whether it lives. */
const beatMilliseconds = 2_000;
/** A holder of another machine that has been silent for as long is gone. */
const presumedDeadMilliseconds = 30_000;
const waitMilliseconds = 100;

/** A file that one process at a time holds. It says who, and a process that is gone does not keep it. */
export class Lock implements AsyncDisposable {
  readonly #path: string;
  readonly #text: string;
  readonly #file: FileHandle;
  readonly #heart: NodeJS.Timeout;

  private constructor(path: string, text: string, file: FileHandle) {
    [this.#path, this.#text, this.#file] = [path, text, file];
    // Its own file even when another stands in its place; the clock is the file system's.
    this.#heart = setInterval(() => file.write(text, 0).catch(() => {}), beatMilliseconds).unref();
  }

  /**
   * The lock at `path`, or who holds it.
   * @throws AdsamError `file` or `disk` when the file cannot be written.
   */
  static async take(path: string): Promise<Lock | Owner> {
    const text = JSON.stringify({ ...(await thisProcess()), token: randomUUID() });
    try {
      for (;;) {
        const file = await create(path, text);
        if (file !== null) return new Lock(path, text, file);
        const found = await readFile(path, "utf8").catch(() => null);
        if (found === null) continue; // given back meanwhile
        const owner = parseOwner(found);
        if (!(await holds(path, owner))) await clear(path, found);
        else if (owner !== null) return owner;
        else await sleep(waitMilliseconds); // half-written
      }
    } catch (error) {
      throw fileError(error, "write", path);
    }
  }

  /** Who holds the lock at `path`, without taking it; null where nobody does. */
  static async holder(path: string): Promise<Owner | null> {
    const owner = await readFile(path, "utf8").then(parseOwner, () => null);
    try {
      return owner !== null && (await holds(path, owner)) ? owner : null;
    } catch (error) {
      throw fileError(error, "read", path);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#heart);
    await this.#file.close();
    await removeIf(this.#path, this.#text);
  }
}

/** Does `work` while holding the lock at `path`; waits for a holder that lives, and tells of it once. */
export async function withLock<Result>(
  path: string,
  onWait: (holder: Owner) => void,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let told = false; ; await sleep(waitMilliseconds)) {
    const taken = await Lock.take(path);
    if (taken instanceof Lock) {
      await using _ = taken;
      return await work();
    }
    if (!told) onWait(taken);
    told = true;
  }
}

async function create(path: string, text: string): Promise<FileHandle | null> {
  let file: FileHandle;
  try {
    file = await open(path, "wx");
  } catch (error) {
    if (systemCode(error) === "EEXIST") return null;
    throw error;
  }
  try {
    await file.writeFile(text);
    return file;
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
}

/** Whether whoever wrote the lock may still be at work. */
async function holds(path: string, owner: Owner | null): Promise<boolean> {
  const alive = owner === null ? null : await isAlive(owner);
  return alive ?? (await silence(path)) < presumedDeadMilliseconds;
}

/**
 * Milliseconds since the file was last touched, by the file system's own clock: another machine's may be wrong.
 * Endless for one that is not there any more.
 */
async function silence(path: string): Promise<number> {
  const beside = `${path}.${randomUUID()}`;
  try {
    await writeFile(beside, "");
    const { mtimeMs: now } = await stat(beside);
    return await stat(path).then(
      ({ mtimeMs: then }) => now - then,
      () => Number.POSITIVE_INFINITY,
    );
  } finally {
    await rm(beside, { force: true });
  }
}

/** Takes away the lock of one who is gone; those who find it do so in turn, lest one takes away its successor's. */
async function clear(path: string, dead: string): Promise<void> {
  const turn = `${path}.clearing`;
  const mine = await create(turn, "");
  if (mine === null) {
    if ((await silence(turn)) > presumedDeadMilliseconds) await rm(turn, { force: true });
    await sleep(waitMilliseconds);
    return;
  }
  try {
    await removeIf(path, dead);
  } finally {
    await mine.close();
    await rm(turn, { force: true });
  }
}

async function removeIf(path: string, text: string): Promise<void> {
  if ((await readFile(path, "utf8").catch(() => null)) === text) await rm(path, { force: true });
}
