import { join } from "node:path";
import { AdsamError } from "../errors.ts";
import { Lock } from "../lock.ts";
import { describeOwner, type Owner } from "../owner.ts";

const lockName = "run.lock";

/**
 * Holds a run's folder, so that no other process trains in it.
 * @throws AdsamError `file` when another one does, naming it.
 */
export async function lockRun(folder: string): Promise<Lock> {
  const taken = await Lock.take(join(folder, lockName));
  if (taken instanceof Lock) return taken;
  throw new AdsamError("file", `${folder} is in use: a run is going on in it (${describeOwner(taken)})`, {
    suggestion: "wait until it ends, or end it",
  });
}

/** Who trains in a run's folder; null where nobody does. */
export function whoTrains(folder: string): Promise<Owner | null> {
  return Lock.holder(join(folder, lockName));
}

/** What lies in a run's folder beside its lock, and beside what taking it may leave there when it is ended by force. */
export function withoutLock(entries: readonly string[]): string[] {
  return entries.filter((name) => !name.startsWith(lockName));
}
