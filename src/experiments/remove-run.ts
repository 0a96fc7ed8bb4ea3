import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileError } from "../files.ts";
import { noteFile } from "./mlflow/run.ts";
import { removeEmptyFolder } from "./new-folder.ts";
import { predictionsName } from "./predicted.ts";
import { keptModelsIn, leftoversIn, openRun, runFiles } from "./run-folder.ts";
import { lockRun } from "./run-lock.ts";
import { eventFilesIn } from "./tensorboard/event-file.ts";

/**
 * Removes the files of a run, and its folder unless something else is in it.
 * @throws AdsamError `file` for a folder that is no run's or of another version, and for one in which a run is going on.
 */
export async function removeRun(path: string): Promise<void> {
  const folder = resolve(path);
  await openRun(folder);
  const lock = await lockRun(folder);
  try {
    const { record, ...others } = runFiles(folder);
    // run.json last: until then it is a run that can be removed.
    const numbered = [...(await keptModelsIn(folder)), ...(await eventFilesIn(folder)), noteFile(folder)];
    await rm(join(folder, predictionsName), { recursive: true, force: true });
    for (const file of [...Object.values(others), ...numbered, ...(await leftoversIn(folder)), record])
      await rm(file, { force: true });
  } catch (error) {
    throw fileError(error, "write", folder);
  } finally {
    await lock[Symbol.asyncDispose]();
  }
  await removeEmptyFolder(folder);
}
