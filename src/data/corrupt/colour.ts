import { at, type Canvas, mapped } from "./canvas.ts";

/** The differences from each channel's mean become smaller. */
export function contrast(canvas: Canvas, factor: number): Canvas {
  const area = canvas.height * canvas.width;
  const means = Array.from({ length: canvas.channels }, (_, channel) => {
    const pixels = canvas.data.subarray(channel * area, (channel + 1) * area);
    return pixels.reduce((sum, value) => sum + value, 0) / area;
  });
  return mapped(
    canvas,
    (channel, _row, _column, value) => (value - (means[channel] ?? 0)) * factor + (means[channel] ?? 0),
  );
}

/** The value of hue, saturation and value grows. */
export function brightness(canvas: Canvas, more: number): Canvas {
  return recoloured(canvas, (pixel, value) => {
    const brighter = Math.min(1, value + more);
    return value === 0 ? brighter : (pixel * brighter) / value;
  });
}

/** The saturation of hue, saturation and value becomes `factor` times itself and `more`; grey has the hue of red. */
export function saturate(canvas: Canvas, [factor, more]: readonly [number, number]): Canvas {
  return recoloured(canvas, (pixel, value, least, channel) => {
    const saturation = value === 0 ? 0 : (value - least) / value;
    const wanted = Math.min(1, Math.max(0, saturation * factor + more));
    if (saturation === 0) return channel === 0 ? value : value * (1 - wanted);
    return value - ((value - pixel) * wanted) / saturation;
  });
}

/** How light a pixel looks, of its channels (ITU-R BT.601). */
export function lightnessOf([red = 0, green = red, blue = red]: readonly number[]): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** How light the pixel at a place looks. */
export function lightness(canvas: Canvas, row: number, column: number): number {
  return lightnessOf(Array.from({ length: canvas.channels }, (_, channel) => at(canvas, channel, row, column)));
}

/** Each pixel made anew of itself and of the largest and smallest channel at its place. */
function recoloured(
  canvas: Canvas,
  change: (pixel: number, largest: number, least: number, channel: number) => number,
): Canvas {
  const { data, channels, height, width } = canvas;
  return mapped(canvas, (channel, row, column, pixel) => {
    let [largest, least] = [pixel, pixel];
    for (let other = 0; other < channels; other++) {
      const value = data[(other * height + row) * width + column] ?? 0;
      largest = Math.max(largest, value);
      least = Math.min(least, value);
    }
    return change(pixel, largest, least, channel);
  });
}
