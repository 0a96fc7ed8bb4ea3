import { trail } from "./blur.ts";
import { at, between, type Canvas, type Chance, mapped } from "./canvas.ts";
import { lightness } from "./colour.ts";
import { plasma } from "./plasma.ts";

/** Clouds before the image, as much darker as they are thick. */
export function fog(canvas: Canvas, [amount, decay]: readonly [number, number], chance: Chance): Canvas {
  const clouds = plasma(canvas.height, canvas.width, decay, chance);
  const brightest = canvas.data.reduce((most, value) => Math.max(most, value), 0);
  const kept = brightest / (brightest + amount);
  return mapped(canvas, (_, row, column, value) => (value + amount * at(clouds, 0, row, column)) * kept);
}

/** How quickly the veins of ice become finer. */
const veinDecay = 1.4;

/** Ice on a pane before the image: bright veins where two planes of clouds cross their mean, over a thin film. */
export function frost(canvas: Canvas, [clear, ice]: readonly [number, number], chance: Chance): Canvas {
  const veins = [0, 1].map(() => plasma(canvas.height, canvas.width, veinDecay, chance));
  const film = plasma(canvas.height, canvas.width, 2, chance);
  return mapped(canvas, (_, row, column, value) => {
    const ridges = veins.map((plane) => (1 - Math.abs(2 * at(plane, 0, row, column) - 1)) ** 4);
    const frozen = Math.min(1, 0.3 + 0.4 * at(film, 0, row, column) + 0.5 * Math.max(...ridges));
    return clear * value + ice * frozen;
  });
}

/** What snow takes: of the flakes the mean and deviation, how large and how bright they are at least, and how they fall; and how clear it stays. */
export type Snow = readonly [
  mean: number,
  deviation: number,
  zoom: number,
  least: number,
  radius: number,
  blur: number,
  clear: number,
];

/** Flakes that fall past the image, which becomes whiter. */
export function snow(
  canvas: Canvas,
  [mean, deviation, zoom, least, radius, blur, clear]: Snow,
  chance: Chance,
): Canvas {
  const { height, width } = canvas;
  const plane: Canvas = { data: new Float64Array(height * width), channels: 1, height, width };
  const drawn = mapped(plane, () => mean + deviation * chance.normal());
  const [middleRow, middleColumn] = [(height - 1) / 2, (width - 1) / 2];
  const flakes = mapped(plane, (_, row, column) => {
    const [y, x] = [middleRow + (row - middleRow) / zoom, middleColumn + (column - middleColumn) / zoom];
    const flake = between(drawn, 0, y, x);
    return flake < least ? 0 : Math.min(1, flake);
  });
  const falling = trail(flakes, [radius, blur], -((45 + 90 * chance.uniform()) * Math.PI) / 180);
  return mapped(canvas, (_, row, column, value) => {
    const whitened = Math.max(value, 1.5 * lightness(canvas, row, column) + 0.5);
    const both = at(falling, 0, row, column) + at(falling, 0, height - 1 - row, width - 1 - column);
    return clear * value + (1 - clear) * whitened + both;
  });
}
