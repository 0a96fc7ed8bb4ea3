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

/** In this order: in a table of x, y and label the label is the class, and y a number. */
const labelNames = ["label", "class", "target", "y"];
const partNames = ["split", "part"];
const parts: Readonly<Record<string, boolean>> = { train: false, test: true, val: true, validation: true };

/**
 * Reads a CSV file of features: a line of names, then a line of numbers for each example. The column called label, class,
 * target or y holds its class, as whole numbers from 0 or as words; of several the first of these names does, and the others
 * are numbers as the rest. One called split or part may say train or test.
 * @throws AdsamError `file` when it cannot be read, `data` for cells that are no finite numbers (with their line), lines of
 *   another length, columns without a name or with the same, and a file without a label column or with fractions in it.
 */
export async function loadFeatures(path: string): Promise<Features> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw fileError(error, "read", path);
  });
  const table = parseCsv(text, path);
  checkNames(table.names, path);
  const [label, part] = [columnOf(table.names, labelNames), columnOf(table.names, partNames)];
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

/** @throws AdsamError `data` for a column that cannot be told from others. */
function checkNames(names: readonly string[], path: string): void {
  const unnamed = names.indexOf("");
  if (unnamed >= 0) {
    throw new AdsamError("data", `${path}: expected a name for each column, got none for column ${unnamed + 1}`, {
      suggestion: "name it, or leave it out: pandas writes row numbers so, unless told index=False",
    });
  }
  const twice = names.find((name, column) => names.indexOf(name) !== column);
  if (twice !== undefined) throw new AdsamError("data", `${path}: expected one column called ${twice}, got several`);
}

/** The column with the first of the names that there is; -1: none. */
function columnOf(names: readonly string[], wanted: readonly string[]): number {
  const lower = names.map((name) => name.toLowerCase());
  return wanted.map((name) => lower.indexOf(name)).find((column) => column >= 0) ?? -1;
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

/** Whole numbers, 2.0 too, are classes as they are; words are counted in the order of their letters. */
function classesOf(words: readonly string[], path: string) {
  if (words.every((word) => /^\d+(\.0*)?$/.test(word))) {
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
  const fraction = words.find((word) => !Number.isInteger(Number(word)) && Number.isFinite(Number(word)));
  if (fraction !== undefined) {
    throw new AdsamError(
      "data",
      `${path}: expected classes as words or whole numbers from 0, got the label ${fraction}`,
      {
        suggestion: "number the classes, or name the column of the classes label where this one is something else",
      },
    );
  }
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
