import { gaussianBlur } from "./blur.ts";
import { at, between, type Canvas, type Chance, mapped } from "./canvas.ts";

/** Turned about the middle, to either side as likely; beyond the edge the nearest pixel. */
export function rotation(canvas: Canvas, degrees: number, chance: Chance): Canvas {
  const angle = ((chance.uniform() < 0.5 ? -degrees : degrees) * Math.PI) / 180;
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const [middleRow, middleColumn] = [(canvas.height - 1) / 2, (canvas.width - 1) / 2];
  return mapped(canvas, (channel, row, column) => {
    const [y, x] = [row - middleRow, column - middleColumn];
    return between(canvas, channel, middleRow + cosine * y + sine * x, middleColumn - sine * y + cosine * x);
  });
}

/**
 * Bent as rubber is: three points about the middle move by up to `affine`, and every place by a smooth random field.
 * @param parameters how far the field moves, over what distance it is smooth, and `affine`, as parts of the image's shorter side.
 */
export function elastic(
  canvas: Canvas,
  [distance, smoothness, affine]: readonly [number, number, number],
  chance: Chance,
): Canvas {
  const { height, width } = canvas;
  const side = Math.min(height, width);
  const [middleRow, middleColumn, third] = [
    Math.floor(height / 2),
    Math.floor(width / 2),
    Math.max(1, Math.floor(side / 3)),
  ];
  const moved = (row: number, column: number) =>
    [row * third, column * third].map((place) => place + affine * side * (2 * chance.uniform() - 1));
  const [[row1 = 0, column1 = 0], [row2 = 0, column2 = 0], [row3 = 0, column3 = 0]] = [
    moved(1, 1),
    moved(1, -1),
    moved(-1, -1),
  ] as const;
  const field = (): Canvas => {
    const plane = { data: new Float64Array(height * width), channels: 1, height, width };
    if (distance === 0) return plane;
    const drawn = mapped(plane, () => distance * side * (2 * chance.uniform() - 1));
    return gaussianBlur(drawn, smoothness * side);
  };
  const [down, right] = [field(), field()];
  return mapped(canvas, (channel, row, column) => {
    const y = (row + at(down, 0, row, column) - middleRow) / (2 * third);
    const x = (column + at(right, 0, row, column) - middleColumn) / (2 * third);
    return between(
      canvas,
      channel,
      middleRow + (row1 + row3) / 2 + y * (row2 - row3) + x * (row1 - row2),
      middleColumn + (column1 + column3) / 2 + y * (column2 - column3) + x * (column1 - column2),
    );
  });
}

/** Made smaller by `factor` and large again, each time by the mean of the pixels below. */
export function pixelate(canvas: Canvas, factor: number): Canvas {
  const { height, width } = canvas;
  const [low, narrow] = [Math.max(1, Math.floor(height * factor)), Math.max(1, Math.floor(width * factor))];
  return boxed(boxed(canvas, low, narrow), height, width);
}

function boxed(canvas: Canvas, height: number, width: number): Canvas {
  const rows = spans(canvas.height, height);
  const columns = spans(canvas.width, width);
  const empty = { ...canvas, height, width, data: new Float64Array(canvas.channels * height * width) };
  return mapped(empty, (channel, row, column) => {
    const [[top, bottom], [left, right]] = [rows[row] ?? [0, 1], columns[column] ?? [0, 1]];
    let sum = 0;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) sum += canvas.data[(channel * canvas.height + y) * canvas.width + x] ?? 0;
    }
    return sum / ((bottom - top) * (right - left));
  });
}

/** Which of `from` pixels lie below each of `to`. */
function spans(from: number, to: number): (readonly [number, number])[] {
  const scale = from / to;
  const reach = 0.5 * Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const middle = (i + 0.5) * scale;
    const [start, end] = [Math.floor(middle - reach + 0.5), Math.floor(middle + reach + 0.5)];
    return [Math.max(0, start), Math.min(from, Math.max(end, start + 1))] as const;
  });
}
