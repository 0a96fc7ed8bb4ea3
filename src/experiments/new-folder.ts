import { mkdir, readdir, rm, rmdir, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { datasetExtension } from "../data/file.ts";
import { AdsamError } from "../errors.ts";
import { fileError, systemCode } from "../files.ts";
import type { RunRecord } from "./record.ts";
import { runFiles, writeRecord } from "./run-folder.ts";

/** `runs/<model>-<data set>-<time>` in the working directory, the time in UTC to the millisecond. */
export function defaultRunFolder(model: string, data: string, started: Date): string {
  const dataName = basename(data, datasetExtension).toLowerCase();
  return resolve("runs", `${model}-${dataName}-${started.toISOString().replaceAll(/[-:.]/g, "").replace("T", "-")}`);
}

/** @throws AdsamError `file` when there is something in the folder already. */
export async function refuseFilledFolder(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw fileError(error, "read", folder);
  });
  if (entries.length > 0) {
    throw new AdsamError("file", `${folder} is not empty`, {
      suggestion: "name a new folder, or go on with the run in it with --resume",
    });
  }
}

/** Makes the folder, and writes into it what the run is. */
export async function createRunFolder(folder: string, run: RunRecord): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw fileError(error, "write", folder);
  }
  await writeRecord(runFiles(folder).record, run);
}

/** Takes away what `createRunFolder` and the event log made, if the run has failed before there was anything to keep. */
export async function discardUnstartedRun(folder: string): Promise<void> {
  const { record, events, checkpoint } = runFiles(folder);
  const bytes = await Promise.all(
    [events, checkpoint].map((path) =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  if (bytes.some((size) => size > 0)) return;
  await Promise.all([record, events].map((path) => rm(path, { force: true })));
  await rmdir(folder).catch(() => {}); // somebody else's files may be in it by now
}
