import { existsSync } from "node:fs";
import { join } from "node:path";
import { AdsamError } from "../errors.ts";

/**
 * Holds files that a command writes into a folder to ones that it may replace: none of them is there, or an earlier one of the
 * same command wrote them, which `mark` beside them tells. The mark is to be written first.
 * @throws AdsamError `file` for one that is there without.
 */
export function refuseForeignFiles(folder: string, mark: string, names: readonly string[]): void {
  if (existsSync(join(folder, mark))) return;
  const foreign = names.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (foreign === undefined) return;
  throw new AdsamError("file", `${foreign} is there already, and no ${mark} beside it says that it may be replaced`, {
    suggestion: "give another folder, or move the file away",
  });
}
