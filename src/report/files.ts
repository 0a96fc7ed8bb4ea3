import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pngOfSvg } from "../data/pictures.ts";
import { AdsamError } from "../errors.ts";
import { csvText } from "../experiments/sweep/table.ts";
import { checkWritable, fileError, makeFolders, readBytes, systemCode, writeFileAtomically } from "../files.ts";
import type { Chart } from "./chart.ts";
import { standalone } from "./draw.ts";
import { generator } from "./page.ts";
import { runsTableHead } from "./tables.ts";

/**
 * Holds the path of a report to one that may be written: nothing is there, or a report.
 * @throws AdsamError `file` where the folder is missing, and where something else is there.
 */
export async function checkReportPath(path: string): Promise<void> {
  await checkWritable(path);
  if (!existsSync(path)) return;
  const beginning = new TextDecoder().decode((await readBytes(path)).subarray(0, 1000));
  if (beginning.includes(generator)) return;
  throw new AdsamError("file", `${path} is there already, and is no report`, {
    suggestion: "give a path that is free, or remove the file",
  });
}

/** What a folder of pictures has, written first: it tells that the others may be replaced. */
const runsTableName = "runs.csv";

/**
 * Holds the folder of a report's pictures to one in which nothing is replaced but such pictures: new, empty, or an earlier report's.
 * @throws AdsamError `file` for one that holds something else.
 */
export async function checkPicturesFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (systemCode(error) === "ENOENT") return [];
    throw fileError(error, "write", folder);
  });
  if (names.length === 0) return;
  if (names.includes(runsTableName)) {
    const table = new TextDecoder().decode(await readBytes(join(folder, runsTableName)));
    if (table.startsWith(`${runsTableHead.join(",")},`)) return;
  }
  throw new AdsamError("file", `${folder} is not empty, and holds no pictures of a report`, {
    suggestion: "give a folder that is new, or empty",
  });
}

/**
 * Writes each chart as SVG, as PNG, and its numbers as CSV.
 * @throws AdsamError `environment` without the package sharp, `file` and `disk` where they cannot be written.
 */
export async function writePictures(
  folder: string,
  charts: readonly Chart[],
  svgs: ReadonlyMap<string, string>,
  tables: Readonly<Record<string, readonly (readonly unknown[])[]>>,
): Promise<string[]> {
  await makeFolders(folder).catch((error: unknown) => {
    throw fileError(error, "write", folder);
  });
  const written: string[] = [];
  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    await writeFileAtomically(join(folder, name), [content]);
    written.push(join(folder, name));
  };
  for (const [name, rows] of Object.entries(tables)) await write(`${name}.csv`, csvText(rows));
  for (const chart of charts) {
    const { name, rows } = chart;
    const svg = standalone(svgs.get(name) ?? "", chart);
    await write(`${name}.svg`, svg);
    await write(`${name}.png`, await pngOfSvg(svg));
    const columns = Object.keys(rows[0] ?? {});
    await write(`${name}.csv`, csvText([columns, ...rows.map((row) => columns.map((column) => row[column]))]));
  }
  return written;
}
