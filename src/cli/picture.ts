import type { Normalization } from "../schema/data.ts";
import { elementCount, type Tensor } from "../tensor.ts";

/** Brightness of an image's pixels, rows of 0 (dark) to 1 (bright). */
export type Grey = readonly (readonly number[])[];

const shades = [" ", "░", "▒", "▓", "█"];
const largestSide = 16;
const gap = "  ";

/** Image `index` of [N, channels, H, W] as grey: the mean of its channels, over `scale` or from its lowest to its highest. */
export function greyOf(
  { data, shape: [, ...shape] }: Tensor,
  index: number,
  normalization: Normalization | null,
): Grey {
  const [channels = 1, height = 0, width = 0] = shape;
  const size = elementCount(shape);
  const values = Array.from<number | bigint, number>(data.subarray(index * size, (index + 1) * size), Number);
  const area = height * width;
  const at = (row: number, column: number) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += values[channel * area + row * width + column] ?? 0;
    return sum / channels;
  };
  const grey = Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => at(row, column)),
  );
  const all = grey.flat();
  const [low, high] = normalization === null ? [Math.min(...all), Math.max(...all)] : [0, normalization.scale];
  return grey.map((row) =>
    row.map((value) => (high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0)),
  );
}

/** Averages blocks of pixels until no side is longer than 16. */
export function downsample(grey: Grey, side = largestSide): Grey {
  const factor = Math.ceil(Math.max(grey.length, grey[0]?.length ?? 0) / side);
  if (factor <= 1) return grey;
  const blocks = <T>(items: readonly T[]) =>
    Array.from({ length: Math.ceil(items.length / factor) }, (_, block) =>
      items.slice(block * factor, (block + 1) * factor),
    );
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return blocks(grey).map((rows) => {
    const columns = rows.map((row) => blocks(row));
    return (columns[0] ?? []).map((_, block) => mean(columns.flatMap((row) => row[block] ?? [])));
  });
}

/** A line a row, two characters a pixel: characters are about twice as high as wide. */
export function drawGrey(grey: Grey): string[] {
  const shade = (value: number) =>
    (shades[Math.min(shades.length - 1, Math.floor(value * shades.length))] ?? " ").repeat(2);
  return downsample(grey).map((row) => row.map(shade).join(""));
}

/** Blocks of lines side by side, as many as fit into `width` characters, and the rest below. */
export function sideBySide(blocks: readonly (readonly string[])[], width: number): string {
  const cell = Math.max(0, ...blocks.flat().map((line) => line.length));
  const perRow = Math.max(1, Math.floor((width + gap.length) / (cell + gap.length)));
  const rows = Array.from({ length: Math.ceil(blocks.length / perRow) }, (_, row) =>
    blocks.slice(row * perRow, (row + 1) * perRow),
  );
  const drawRow = (row: typeof blocks) =>
    Array.from({ length: Math.max(...row.map((block) => block.length)) }, (_, line) =>
      row
        .map((block) => (block[line] ?? "").padEnd(cell))
        .join(gap)
        .trimEnd(),
    ).join("\n");
  return rows.map(drawRow).join("\n\n");
}
