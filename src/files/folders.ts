import { existsSync } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { systemCode } from "./errors.ts";

/**
 * Makes a folder, and those around it that are not there yet.
 *
 * Node's own way (`recursive: true`) never returns where a file system answers that there is no such folder when asked to make
 * one, as /proc does.
 */
export async function makeFolders(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const code = systemCode(error);
    if (code === "EEXIST" && (await stat(folder)).isDirectory()) return;
    const parent = dirname(folder);
    if (code !== "ENOENT" || existsSync(parent)) throw error;
    await makeFolders(parent);
    await makeFolders(folder);
  }
}
