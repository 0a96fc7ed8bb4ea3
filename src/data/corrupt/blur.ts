import { at, between, type Canvas, type Chance, mapped } from "./canvas.ts";

/** A normal distribution's weights at whole places, up to four deviations. */
function bell(sigma: number, radius = Math.floor(4 * sigma + 0.5)): number[] {
  const weights = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** The mean of the pixels around, weighted by a normal distribution. */
export function gaussianBlur(canvas: Canvas, sigma: number): Canvas {
  const weights = bell(sigma);
  const radius = (weights.length - 1) / 2;
  const sum = (value: (offset: number) => number) =>
    weights.reduce((total, weight, i) => total + weight * value(i - radius), 0);
  const across = mapped(canvas, (channel, row, column) => sum((offset) => at(canvas, channel, row, column + offset)));
  return mapped(across, (channel, row, column) => sum((offset) => at(across, channel, row + offset, column)));
}

/** As a lens out of focus: the mean over a disk whose edge is softened. */
export function defocusBlur(canvas: Canvas, [radius, softness]: readonly [number, number]): Canvas {
  const reach = Math.ceil(radius) + 1;
  const side = 2 * reach + 1;
  const inside = Array.from({ length: side * side }, (_, i) => {
    const [y, x] = [Math.floor(i / side) - reach, (i % side) - reach];
    return x * x + y * y <= radius * radius ? 1 : 0;
  });
  const count = inside.reduce<number>((total, one) => total + one, 0);
  const disk: Canvas = {
    data: Float64Array.from(inside, (one) => one / count),
    channels: 1,
    height: side,
    width: side,
  };
  const soft = bell(softness, 1);
  const kernel = mapped(disk, (_, row, column) => {
    let total = 0;
    for (let y = 0; y < 9; y++) {
      const [down, right] = [Math.floor(y / 3), y % 3];
      total += (soft[down] ?? 0) * (soft[right] ?? 0) * at(disk, 0, row + down - 1, column + right - 1);
    }
    return total;
  }).data;
  return mapped(canvas, (channel, row, column) => {
    let total = 0;
    for (let i = 0; i < kernel.length; i++) {
      const [y, x] = [Math.floor(i / side) - reach, (i % side) - reach];
      total += (kernel[i] ?? 0) * at(canvas, channel, row + y, column + x);
    }
    return total;
  });
}

/** A trail along a direction within 45 degrees of the horizontal, which fades by a normal distribution. */
export function motionBlur(canvas: Canvas, parameters: readonly [number, number], chance: Chance): Canvas {
  return trail(canvas, parameters, ((chance.uniform() * 90 - 45) * Math.PI) / 180);
}

/** The mean of the pixels along a direction, fewer of them the further they are. */
export function trail(canvas: Canvas, [radius, sigma]: readonly [number, number], angle: number): Canvas {
  const weights = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-(i * i) / (2 * sigma * sigma)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const offsets = weights.map(
    (weight, i) => [weight / sum, Math.round(i * Math.sin(angle)), Math.round(i * Math.cos(angle))] as const,
  );
  return mapped(canvas, (channel, row, column) =>
    offsets.reduce((total, [weight, y, x]) => total + weight * at(canvas, channel, row + y, column + x), 0),
  );
}

/** The mean of the image and of it enlarged from the middle, by steps of 1 % up to `largest`. */
export function zoomBlur(canvas: Canvas, largest: number): Canvas {
  const steps = Math.round((largest - 1) * 100) + 1;
  const [middleRow, middleColumn] = [(canvas.height - 1) / 2, (canvas.width - 1) / 2];
  return mapped(canvas, (channel, row, column, value) => {
    let total = value;
    for (let step = 0; step < steps; step++) {
      const factor = 1 + step / 100;
      total += between(
        canvas,
        channel,
        middleRow + (row - middleRow) / factor,
        middleColumn + (column - middleColumn) / factor,
      );
    }
    return total / (steps + 1);
  });
}

/** As through frosted glass: blurred, near pixels change places, and blurred again. */
export function glassBlur(
  canvas: Canvas,
  [sigma, furthest, times]: readonly [number, number, number],
  chance: Chance,
): Canvas {
  const blurred = gaussianBlur(canvas, sigma);
  const { data, channels, height, width } = blurred;
  const offset = () => Math.floor(chance.uniform() * 2 * furthest) - furthest;
  for (let time = 0; time < times; time++) {
    for (let row = height - 1 - furthest; row > furthest; row--) {
      for (let column = width - 1 - furthest; column > furthest; column--) {
        const [here, there] = [row * width + column, (row + offset()) * width + column + offset()];
        for (let start = 0; start < channels * height * width; start += height * width) {
          const [one = 0, other = 0] = [data[start + here], data[start + there]];
          data[start + here] = other;
          data[start + there] = one;
        }
      }
    }
  }
  return gaussianBlur(blurred, sigma);
}
