import { between, type Canvas, type Chance, mapped } from "./canvas.ts";

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
