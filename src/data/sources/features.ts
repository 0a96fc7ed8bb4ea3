import { readFile } from "node:fs/promises";
import { AdsamError } from "../../errors.ts";
import { fileError } from "../../files.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { parseCsv, type Table } from "../formats/csv.ts";
import { labelTensor } from "../labels.ts";

/** Numbers by rows, and the class of each row. */
export interface Features {
  /** [N, columns]. */
  readonly features: Tensor<"float32">;
  /** [N], from 0. */
  readonly labels: Tensor;
  /** What the columns of numbers are called. */
  readonly names: readonly string[];
  /** What the classes are called: the words, or the numbers, of the label column. */
  readonly classNames: readonly string[];
  /** Which rows are to test on, by the column "split"; null: no column says. */
  readonly isTest: readonly boolean[] | null;
}

const labelNames = ["label", "class", "target", "y"];
const partNames = ["split", "part"];
const parts: Readonly<Record<string, boolean>> = { train: false, test: true, val: true, validation: true };

/**
 * Reads a CSV file of features: a line of names, then a line of numbers for each example. The column called label, class,
 * target or y holds its class, as whole numbers from 0 or as words; one called split or part may say train or test.
 * @throws AdsamError `file` when it cannot be read, `data` for cells that are no finite numbers (with their line), lines of
 *   another length, and a file without a label column.
 */
export async function loadFeatures(path: string): Promise<Features> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw fileError(error, "read", path);
  });
  const table = parseCsv(text, path);
  const find = (wanted: readonly string[]) => table.names.findIndex((name) => wanted.includes(name.toLowerCase()));
  const [label, part] = [find(labelNames), find(partNames)];
  if (label < 0) {
    throw new AdsamError(
      "data",
      `${path}: expected a column called ${labelNames.join(", ")}, got ${shown(table.names)}`,
      {
        suggestion: "name the columns in the first line, and the one of the classes label",
      },
    );
  }
  const columns = table.names.flatMap((_, column) => (column === label || column === part ? [] : [column]));
  const { features, words, isTest } = readRows(table, { path, columns, label, part });
  const { labels, classNames } = classesOf(words, path);
  return {
    features: tensor(features, [table.lineCount, columns.length]),
    labels: labelTensor(labels, classNames.length),
    names: columns.map((column) => table.names[column] ?? ""),
    classNames,
    isTest: part < 0 ? null : isTest,
  };
}

interface Layout {
  readonly path: string;
  readonly columns: readonly number[];
  readonly label: number;
  readonly part: number;
}

function readRows(table: Table, { path, columns, label, part }: Layout) {
  const features = new Float32Array(table.lineCount * columns.length);
  const words: string[] = [];
  const isTest: boolean[] = [];
  for (const [cells, line] of table.rows()) {
    const start = words.length * columns.length;
    for (const [i, column] of columns.entries()) {
      const text = cells[column]?.trim() ?? "";
      const value = text === "" ? Number.NaN : Number(text);
      if (!Number.isFinite(Math.fround(value))) {
        throw new AdsamError("data", `${path}:${line}: ${table.names[column]} is "${text}", expected a finite number`);
      }
      features[start + i] = value;
    }
    words.push(cells[label]?.trim() ?? "");
    if (part >= 0) isTest.push(partOf(cells[part]?.trim().toLowerCase() ?? "", `${path}:${line}`));
  }
  return { features, words, isTest };
}

function partOf(word: string, place: string): boolean {
  const found = Object.hasOwn(parts, word) ? parts[word] : undefined;
  if (found !== undefined) return found;
  throw new AdsamError("data", `${place}: expected train or test, got "${word}"`);
}

/** Whole numbers are classes as they are; words are counted in the order of their letters. */
function classesOf(words: readonly string[], path: string) {
  if (words.every((word) => /^\d+$/.test(word))) {
    const labels = words.map(Number);
    const highest = labels.reduce((most, value) => Math.max(most, value), 0);
    const known = new Set(labels);
    if (known.size === highest + 1)
      return { labels, classNames: Array.from({ length: highest + 1 }, (_, i) => `${i}`) };
    throw new AdsamError("data", `${path}: labels go to ${highest}, and none is ${firstMissing(known)}`, {
      suggestion: "number the classes from 0 without a gap, or give them words",
    });
  }
  const empty = words.indexOf("");
  if (empty >= 0) throw new AdsamError("data", `${path}: example ${empty} has no label`);
  const classNames = [...new Set(words)].sort();
  const numberOf = new Map(classNames.map((name, i) => [name, i]));
  return { labels: words.map((word) => numberOf.get(word) ?? 0), classNames };
}

function firstMissing(known: ReadonlySet<number>): number {
  let number = 0;
  while (known.has(number)) number++;
  return number;
}

function shown(names: readonly string[]): string {
  return `${names.slice(0, 10).join(", ")}${names.length > 10 ? ", …" : ""}`;
}
