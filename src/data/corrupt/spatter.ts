import { gaussianBlur } from "./blur.ts";
import { at, type Canvas, type Chance, mapped } from "./canvas.ts";
import { lightnessOf } from "./colour.ts";

/** What drops take: of the liquid the mean and deviation, how far it runs, and where it shows; how strong it is, and what it is. */
export type Spatter = readonly [
  mean: number,
  deviation: number,
  runs: number,
  least: number,
  strength: number,
  what: "water" | "mud",
];

const water = [175, 238, 238];
const mud = [63, 42, 20];
/** Pixels beyond which a place is not further from an edge. */
const furthest = 20;
/** From the upper left: drops have light and shade. */
const emboss = [-2, -1, 0, -1, 1, 1, 0, 1, 2];

/** Drops on the lens: of water, which shines, or of mud, which covers. */
export function spatter(
  canvas: Canvas,
  [mean, deviation, runs, least, strength, what]: Spatter,
  chance: Chance,
): Canvas {
  const { height, width } = canvas;
  const plane: Canvas = { data: new Float64Array(height * width), channels: 1, height, width };
  const drawn = gaussianBlur(
    mapped(plane, () => mean + deviation * chance.normal()),
    runs,
  );
  const liquid = mapped(drawn, (_, _row, _column, value) => (value < least ? 0 : value));
  if (what === "water") {
    const shine = shining(liquid);
    const brightest = shine.data.reduce((most, value) => Math.max(most, value), 0);
    const scale = brightest === 0 ? 0 : strength / brightest;
    return mapped(
      canvas,
      (channel, row, column, value) => value + scale * at(shine, 0, row, column) * colour(water, canvas, channel),
    );
  }
  const smeared = gaussianBlur(
    mapped(liquid, (_, _row, _column, value) => (value > 0 ? 1 : 0)),
    strength,
  );
  return mapped(canvas, (channel, row, column, value) => {
    const cover = at(smeared, 0, row, column);
    return cover < 0.8 ? value : value * (1 - cover) + cover * colour(mud, canvas, channel);
  });
}

/** Of a channel; of a grey image how light it is. */
function colour(of: readonly number[], { channels }: Canvas, channel: number): number {
  return (channels === 1 ? lightnessOf(of) : (of[channel] ?? 0)) / 255;
}

/** The light on drops, which are higher the further from their edges. */
function shining(liquid: Canvas): Canvas {
  const heights = equalized(smoothed(fromEdges(liquid)));
  const lit = mapped(heights, (_, row, column) => {
    const light = emboss.reduce(
      (sum, weight, i) => sum + weight * at(heights, 0, row + Math.floor(i / 3) - 1, column + (i % 3) - 1),
      0,
    );
    return Math.min(1, Math.max(0, light));
  });
  const even = smoothed(lit);
  return mapped(liquid, (_, row, column, value) => value * at(even, 0, row, column));
}

/** How far each place is from the nearest edge of a drop, by two passes over straight and diagonal neighbours. */
function fromEdges(liquid: Canvas): Canvas {
  const { height, width } = liquid;
  const isWet = (row: number, column: number) => at(liquid, 0, row, column) > 0;
  const { data } = mapped(liquid, (_, row, column) => {
    const wet = isWet(row, column);
    const edge = [
      [-1, 0],
      [1, 0],
      [0, -1],
      [0, 1],
    ].some(([y = 0, x = 0]) => isWet(row + y, column + x) !== wet);
    return edge ? 0 : furthest;
  });
  const nearer = (row: number, column: number, towards: number) => {
    let least = data[row * width + column] ?? furthest;
    for (const [down, right, step] of [
      [0, towards, 1],
      [towards, 0, 1],
      [towards, -1, Math.SQRT2],
      [towards, 1, Math.SQRT2],
    ]) {
      const [y, x] = [row + (down ?? 0), column + (right ?? 0)];
      if (y < 0 || y >= height || x < 0 || x >= width) continue;
      least = Math.min(least, (data[y * width + x] ?? furthest) + (step ?? 1));
    }
    data[row * width + column] = least;
  };
  for (let i = 0; i < height * width; i++) nearer(Math.floor(i / width), i % width, -1);
  for (let i = height * width - 1; i >= 0; i--) nearer(Math.floor(i / width), i % width, 1);
  return { ...liquid, data };
}

/** The mean of the 3 x 3 pixels around. */
function smoothed(canvas: Canvas): Canvas {
  return mapped(canvas, (channel, row, column) => {
    let sum = 0;
    for (let i = 0; i < 9; i++) sum += at(canvas, channel, row + Math.floor(i / 3) - 1, column + (i % 3) - 1);
    return sum / 9;
  });
}

/** From 0 to 1, so that each value is as frequent as the others: the part of the pixels that are smaller. */
function equalized(canvas: Canvas): Canvas {
  const sorted = canvas.data.toSorted();
  const places = new Map<number, number>();
  for (const [place, value] of sorted.entries()) if (!places.has(value)) places.set(value, place / sorted.length);
  return mapped(canvas, (_, _row, _column, value) => places.get(value) ?? 0);
}
