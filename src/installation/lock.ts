import { randomUUID } from "node:crypto";
import { readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const beat = 2_000;
const presumedDead = 15_000;

/** What this process has written in locks that it holds or is about to. */
const own = new Set<string>();

/**
 * Does `work` while holding a lock file, which says whose it is and is touched now and then.
 * Waits for a holder that lives, and takes over from one that does not.
 */
export async function withLock<Result>(
  path: string,
  onWait: (holder: string) => void,
  work: () => Promise<Result>,
): Promise<Result> {
  const mine = `${process.pid} ${randomUUID()}`;
  own.add(mine);
  await acquire(path, mine, onWait);
  const heart = setInterval(() => utimes(path, new Date(), new Date()).catch(() => {}), beat);
  try {
    return await work();
  } finally {
    clearInterval(heart);
    own.delete(mine);
    await rm(path, { force: true });
  }
}

async function acquire(path: string, mine: string, onWait: (holder: string) => void): Promise<void> {
  for (let told = false; ; await sleep(200)) {
    if (await create(path, mine)) return;
    const holder = await holderOf(path);
    if (holder === undefined) continue;
    if (!holder.alive) {
      if (await takeOver(path, mine)) return;
    } else if (!told) {
      told = true;
      onWait(holder.pid);
    }
  }
}

async function create(path: string, mine: string): Promise<boolean> {
  try {
    await writeFile(path, mine, { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** Two that find the same dead lock both rename theirs over it; the last one has it. */
async function takeOver(path: string, mine: string): Promise<boolean> {
  const beside = `${path}.${mine.split(" ")[1]}`;
  await writeFile(beside, mine);
  await rename(beside, path);
  await sleep(100);
  return (await readFile(path, "utf8").catch(() => "")) === mine;
}

async function holderOf(path: string): Promise<{ pid: string; alive: boolean } | undefined> {
  try {
    const content = await readFile(path, "utf8");
    const [pid = ""] = content.split(" ");
    const silent = Date.now() - (await stat(path)).mtimeMs;
    // A number comes round again, in a container at once: a holder that has long been silent is gone too.
    const alive = silent < presumedDead && (content === "" || isRunning(Number(pid), content));
    return { pid, alive };
  } catch {
    return undefined;
  }
}

function isRunning(pid: number, content: string): boolean {
  if (pid === process.pid) return own.has(content);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
