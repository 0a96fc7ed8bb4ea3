import { AdsamError } from "../../errors.ts";

/** Lines of cells, under a line of names. */
export interface Table {
  readonly names: readonly string[];
  readonly lineCount: number;
  /** The cells of each line, with its number in the file. */
  rows(): Generator<readonly [cells: readonly string[], line: number]>;
}

/**
 * A CSV file (RFC 4180) whose first line names its columns, parted by commas, semicolons or tabs; a cell is on one line.
 * @throws AdsamError `data` for lines of another number of cells, and for quotation marks that do not close.
 */
export function parseCsv(text: string, path: string): Table {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const separator = separatorOf(lines[0] ?? "");
  const names = cellsOf(lines[0] ?? "", separator, `${path}:1`).map((name) => name.trim());
  const filled = lines.flatMap((line, i) => (i > 0 && line.trim() !== "" ? [i] : []));
  if (names.length < 2 || filled.length === 0) {
    throw new AdsamError("data", `${path}: expected a line of names and lines of numbers, got ${lines.length} lines`);
  }
  return {
    names,
    lineCount: filled.length,
    *rows() {
      for (const i of filled) {
        const cells = cellsOf(lines[i] ?? "", separator, `${path}:${i + 1}`);
        if (cells.length !== names.length) {
          throw new AdsamError("data", `${path}:${i + 1}: expected ${names.length} cells, got ${cells.length}`);
        }
        yield [cells, i + 1];
      }
    },
  };
}

function separatorOf(line: string): string {
  const counts = [",", ";", "\t"].map((separator) => [separator, line.split(separator).length] as const);
  return counts.reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

function cellsOf(line: string, separator: string, place: string): string[] {
  if (!line.includes('"')) return line.split(separator);
  const cells: string[] = [];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const letter = line[i] ?? "";
    if (quoted && letter === '"' && line[i + 1] === '"') {
      cell += '"';
      i++;
    } else if (letter === '"') quoted = !quoted;
    else if (letter === separator && !quoted) {
      cells.push(cell);
      cell = "";
    } else cell += letter;
  }
  if (quoted) throw new AdsamError("data", `${place}: expected a quotation mark that closes on the line`);
  return [...cells, cell];
}
