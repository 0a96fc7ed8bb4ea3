import { elementCount } from "../../tensor.ts";
import { absoluteError } from "../numbers.ts";

import { maximum } from "./difference.ts";

const most = 32;

/** Within the limit; then by how much of the largest error there is: under 1/100, 1/10, 1/2, and above. */
const shades = "·░▒▓█";

function shade(error: number, limit: number, worst: number): string {
  if (error <= limit) return shades.charAt(0);
  const part = error === Infinity ? 1 : error / worst;
  return shades.charAt(1 + [0.01, 0.1, 0.5].filter((bound) => part >= bound).length);
}

/** The largest of each of at most `most` equal stretches. */
function stretches(length: number): { count: number; of: (i: number) => number } {
  const width = Math.ceil(length / most);
  return { count: Math.ceil(length / width), of: (i) => Math.floor(i / width) };
}

/** Rows of shades, the largest error of what falls on a character. */
function grid(errors: ArrayLike<number>, rows: number, columns: number, limit: number): string[] {
  const [down, across] = [stretches(rows), stretches(columns)];
  const cells = Array.from({ length: down.count }, () => new Float64Array(across.count));
  for (let i = 0; i < rows * columns; i++) {
    const cell = across.of(i % columns);
    const row = cells[down.of(Math.floor(i / columns))];
    if (row !== undefined) row[cell] = Math.max(row[cell] ?? 0, errors[i] ?? 0);
  }
  const worst = Math.max(...cells.map((row) => Math.max(...row)));
  return cells.map((row) => Array.from(row, (error) => shade(error, limit, worst)).join(""));
}

/**
 * Where two tensors differ, drawn by characters: the last two axes at the worst place of the others, and before it, for more
 * than two axes, a strip of the second axis (channels), each by its largest error.
 * @param limit absolute error that counts as none.
 */
export function picture(left: Float64Array, right: Float64Array, shape: readonly number[], limit: number): string {
  if (right.length < 2) return "";
  const errors = right.map((b, i) => absoluteError(left[i] ?? Number.NaN, b));
  const [columns = 1, rows = 1, ...outer] = shape.toReversed();
  const size = rows * columns;
  const plane = Math.floor(errors.indexOf(maximum(errors)) / size);
  const drawn = grid(errors.subarray(plane * size, (plane + 1) * size), rows, columns, limit);
  if (outer.length < 1) return drawn.join("\n");
  const channels = shape.length > 3 ? (shape[1] ?? 1) : elementCount(outer);
  const strip = new Float64Array(channels);
  for (const [i, error] of errors.entries()) {
    const channel = Math.floor(i / size) % channels;
    strip[channel] = Math.max(strip[channel] ?? 0, error);
  }
  return [`channels ${grid(strip, 1, channels, limit).join("")}`, ...drawn].join("\n");
}
