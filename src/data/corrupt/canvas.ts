/** One image while it is corrupted: channel after channel, from 0 to 1. */
export interface Canvas {
  readonly data: Float64Array;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** What a corruption draws from: numbers from U[0, 1) and N(0, 1), the same for the same image and seed. */
export interface Chance {
  uniform(): number;
  normal(): number;
}

/** The same image with each pixel made anew of its place. */
export function mapped(
  canvas: Canvas,
  pixel: (channel: number, row: number, column: number, value: number) => number,
): Canvas {
  const { data, channels, height, width } = canvas;
  const made = new Float64Array(data.length);
  for (let channel = 0, i = 0; channel < channels; channel++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++, i++) made[i] = pixel(channel, row, column, data[i] ?? 0);
    }
  }
  return { ...canvas, data: made };
}

/** The pixel at a place; beyond the edge the nearest one. */
export function at({ data, height, width }: Canvas, channel: number, row: number, column: number): number {
  const y = Math.min(height - 1, Math.max(0, row));
  const x = Math.min(width - 1, Math.max(0, column));
  return data[(channel * height + y) * width + x] ?? 0;
}

/** Between four pixels, in proportion to how near they are. */
export function between(canvas: Canvas, channel: number, row: number, column: number): number {
  const [y, x] = [Math.floor(row), Math.floor(column)];
  const [down, right] = [row - y, column - x];
  const upper = (1 - right) * at(canvas, channel, y, x) + right * at(canvas, channel, y, x + 1);
  const lower = (1 - right) * at(canvas, channel, y + 1, x) + right * at(canvas, channel, y + 1, x + 1);
  return (1 - down) * upper + down * lower;
}
