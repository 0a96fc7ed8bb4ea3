import type { Canvas, Chance } from "./canvas.ts";

type Directions = readonly (readonly [down: number, right: number])[];
const [up, down, left, right] = [[-1, 0] as const, [1, 0] as const, [0, -1] as const, [0, 1] as const];
const neighbours: Directions = [up, down, left, right];
const corners: Directions = [up, down].flatMap(([row]) => [left, right].map(([, column]) => [row, column] as const));

/**
 * A plane of clouds from 0 to 1, by the diamond-square algorithm (A. Fournier, D. Fussell, L. Carpenter, "Computer Rendering of
 * Stochastic Models", 1982) on a square whose opposite edges meet, of which the first rows and columns are kept.
 * @param decay by whose square the differences become smaller where the distance is halved.
 */
export function plasma(height: number, width: number, decay: number, chance: Chance): Canvas {
  const side = 2 ** Math.ceil(Math.log2(Math.max(2, height, width)));
  const heights = new Float64Array(side * side);
  const place = (row: number, column: number) => ((row + side) % side) * side + ((column + side) % side);
  const set = (row: number, column: number, around: Directions, by: number, spread: number) => {
    const sum = around.reduce(
      (all, [down, right]) => all + (heights[place(row + by * down, column + by * right)] ?? 0),
      0,
    );
    heights[place(row, column)] = sum / 4 + spread * (2 * chance.uniform() - 1);
  };
  for (let step = side, spread = 1; step >= 2; step /= 2, spread /= decay ** 2) {
    const half = step / 2;
    for (let row = half; row < side; row += step) {
      for (let column = half; column < side; column += step) set(row, column, corners, half, spread);
    }
    for (let row = 0; row < side; row += half) {
      for (let column = row % step === 0 ? half : 0; column < side; column += step)
        set(row, column, neighbours, half, spread);
    }
  }
  const [least, largest] = heights.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  const data = Float64Array.from({ length: height * width }, (_, i) => {
    const value = heights[Math.floor(i / width) * side + (i % width)] ?? 0;
    return (value - least) / (largest - least);
  });
  return { data, channels: 1, height, width };
}
