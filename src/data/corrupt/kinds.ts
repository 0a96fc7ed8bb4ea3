import { defocusBlur, gaussianBlur, glassBlur, motionBlur, zoomBlur } from "./blur.ts";
import type { Canvas, Chance } from "./canvas.ts";
import { brightness, contrast, saturate } from "./colour.ts";
import { elastic, pixelate, rotation } from "./geometry.ts";
import { gaussianNoise, impulseNoise, shotNoise, speckleNoise } from "./noise.ts";
import { type Spatter, spatter } from "./spatter.ts";
import { fog, frost, type Snow, snow } from "./weather.ts";

type Corruption = (canvas: Canvas, severity: number, chance: Chance) => Canvas;

/** A corruption with what it takes at each of five severities. */
function by<Parameter>(
  corrupt: (canvas: Canvas, parameter: Parameter, chance: Chance) => Canvas,
  ...parameters: readonly [Parameter, Parameter, Parameter, Parameter, Parameter]
): Corruption {
  return (canvas, severity, chance) => {
    const parameter = parameters[severity - 1];
    return parameter === undefined ? canvas : corrupt(canvas, parameter, chance);
  };
}

/**
 * All but JPEG, with the parameters of CIFAR-10-C (D. Hendrycks, T. Dietterich, "Benchmarking Neural Network Robustness to Common
 * Corruptions and Perturbations", ICLR 2019). It has no rotation: its degrees are ours. Its
 * pictures of frost are drawn here.
 */
export const corruptions = {
  gaussian_noise: by(gaussianNoise, 0.04, 0.06, 0.08, 0.09, 0.1),
  shot_noise: by(shotNoise, 500, 250, 100, 75, 50),
  impulse_noise: by(impulseNoise, 0.01, 0.02, 0.03, 0.05, 0.07),
  speckle_noise: by(speckleNoise, 0.06, 0.1, 0.12, 0.16, 0.2),
  gaussian_blur: by(gaussianBlur, 0.4, 0.6, 0.7, 0.8, 1),
  defocus_blur: by(defocusBlur, [0.3, 0.4], [0.4, 0.5], [0.5, 0.6], [1, 0.2], [1.5, 0.1]),
  glass_blur: by(glassBlur, [0.05, 1, 1], [0.25, 1, 1], [0.4, 1, 1], [0.25, 1, 2], [0.4, 1, 2]),
  motion_blur: by(motionBlur, [6, 1], [6, 1.5], [6, 2], [8, 2], [9, 2.5]),
  zoom_blur: by(zoomBlur, 1.05, 1.1, 1.15, 1.2, 1.25),
  brightness: by(brightness, 0.05, 0.1, 0.15, 0.2, 0.3),
  contrast: by(contrast, 0.75, 0.5, 0.4, 0.3, 0.15),
  saturate: by(saturate, [0.3, 0], [0.1, 0], [1.5, 0], [2, 0.1], [2.5, 0.2]),
  pixelate: by(pixelate, 0.95, 0.9, 0.85, 0.75, 0.65),
  fog: by(fog, [0.2, 3], [0.5, 3], [0.75, 2.5], [1, 2], [1.5, 1.75]),
  frost: by(frost, [1, 0.2], [1, 0.3], [0.9, 0.4], [0.85, 0.4], [0.75, 0.45]),
  snow: by<Snow>(
    snow,
    [0.1, 0.2, 1, 0.6, 8, 3, 0.95],
    [0.1, 0.2, 1, 0.5, 10, 4, 0.9],
    [0.15, 0.3, 1.75, 0.55, 10, 4, 0.9],
    [0.25, 0.3, 2.25, 0.6, 12, 6, 0.85],
    [0.3, 0.3, 1.25, 0.65, 14, 12, 0.8],
  ),
  spatter: by<Spatter>(
    spatter,
    [0.62, 0.1, 0.7, 0.7, 0.5, "water"],
    [0.65, 0.1, 0.8, 0.7, 0.5, "water"],
    [0.65, 0.3, 1, 0.69, 0.5, "water"],
    [0.65, 0.1, 0.7, 0.69, 0.6, "mud"],
    [0.65, 0.1, 0.5, 0.68, 0.6, "mud"],
  ),
  elastic_transform: by(
    elastic,
    [0, 0, 0.08],
    [0.05, 0.2, 0.07],
    [0.08, 0.06, 0.06],
    [0.1, 0.04, 0.05],
    [0.1, 0.03, 0.03],
  ),
  rotation: by(rotation, 15, 30, 45, 60, 75),
} as const satisfies Readonly<Record<string, Corruption>>;

/** JPEG's quality at each severity, of CIFAR-10-C. */
export const jpegQualities = [80, 65, 58, 50, 40] as const;

/** All corruptions by name, as CIFAR-10-C calls them. */
export const corruptionNames = [
  ...(Object.keys(corruptions) as (keyof typeof corruptions)[]),
  "jpeg_compression",
] as const;
/**
 * How images can be corrupted.
 * @useDeclaredType
 */
export type CorruptionName = (typeof corruptionNames)[number];
