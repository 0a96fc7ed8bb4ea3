import { type Canvas, type Chance, mapped } from "./canvas.ts";
import { poisson } from "./poisson.ts";

/** Normal noise of a standard deviation. */
export function gaussianNoise(canvas: Canvas, sigma: number, chance: Chance): Canvas {
  return mapped(canvas, (_channel, _row, _column, value) => value + sigma * chance.normal());
}

/** As a sensor counts light: Poisson with `photons` for a white pixel. */
export function shotNoise(canvas: Canvas, photons: number, chance: Chance): Canvas {
  return mapped(canvas, (_channel, _row, _column, value) => poisson(value * photons, chance.uniform) / photons);
}

/** A part of the pixels becomes black or white, either as likely. */
export function impulseNoise(canvas: Canvas, part: number, chance: Chance): Canvas {
  return mapped(canvas, (_channel, _row, _column, value) => {
    const [drawn, white] = [chance.uniform(), chance.uniform()];
    return drawn < part ? Math.round(white) : value;
  });
}

/** Normal noise in proportion to the pixel. */
export function speckleNoise(canvas: Canvas, sigma: number, chance: Chance): Canvas {
  return mapped(canvas, (_channel, _row, _column, value) => value + value * sigma * chance.normal());
}
