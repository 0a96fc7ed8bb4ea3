import { readdir, rm, rmdir, stat } from "node:fs/promises";
import { parse, resolve } from "node:path";
import { AdsamError } from "../errors.ts";
import { fileError, makeFolders, systemCode } from "../files.ts";
import type { Lock } from "../lock.ts";
import type { RunRecord } from "./record.ts";
import { runFiles, writeRecord } from "./run-folder.ts";
import { lockRun, withoutLock } from "./run-lock.ts";

/** `runs/<model>-<data set>-<time>` in the working directory, the time in UTC to the millisecond. */
export function defaultRunFolder(model: string, data: string, started: Date): string {
  const dataName = parse(resolve(data)).name.toLowerCase();
  return resolve("runs", `${model}-${dataName}-${started.toISOString().replaceAll(/[-:.]/g, "").replace("T", "-")}`);
}

/** @throws AdsamError `file` when there is something in the folder already, and when a run is going on in it. */
export async function refuseFilledFolder(folder: string): Promise<void> {
  const entries = await entriesOf(folder);
  const others = withoutLock(entries);
  if (others.length < entries.length) await (await lockRun(folder))[Symbol.asyncDispose]();
  if (others.length > 0) throw filled(folder);
}

/**
 * Makes the folder and holds it, and writes into it what the run is.
 * @throws AdsamError as `refuseFilledFolder`: somebody may have been quicker.
 */
export async function createRunFolder(folder: string, run: RunRecord): Promise<Lock> {
  try {
    await makeFolders(folder);
  } catch (error) {
    throw fileError(error, "write", folder);
  }
  const lock = await lockRun(folder);
  try {
    if (withoutLock(await entriesOf(folder)).length > 0) throw filled(folder);
    await writeRecord(runFiles(folder).record, run);
    return lock;
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

/** Takes away what `createRunFolder` and the event log made, if the run has failed before there was anything to keep. */
export async function discardUnstartedRun(folder: string): Promise<void> {
  const { record, events, state } = runFiles(folder);
  if ((await sizeOf(events)) > 0 || (await sizeOf(state)) > 0) return;
  await Promise.all([record, events].map((path) => rm(path, { force: true })));
}

/** Unless somebody's files are in it. */
export async function removeEmptyFolder(folder: string): Promise<void> {
  await rmdir(folder).catch(() => {});
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw fileError(error, "read", folder);
  }
}

function filled(folder: string): AdsamError {
  return new AdsamError("file", `${folder} is not empty`, {
    suggestion: "name a new folder, or go on with the run in it with --resume",
  });
}

function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
