import { setImmediate } from "node:timers/promises";
import * as z from "zod";
import { AdsamError } from "../../errors.ts";
import { normalNumbers, streamKey, uniformNumbers } from "../../random.ts";
import { count } from "../../schema/numbers.ts";
import { elementCount, type Tensor, tensor } from "../../tensor.ts";
import { validate } from "../../validation.ts";
import { checkImages } from "../check.ts";
import type { Dataset } from "../dataset.ts";
import { jpegImages } from "../pictures.ts";
import type { Canvas } from "./canvas.ts";
import { type CorruptionName, corruptionNames, corruptions, jpegQualities } from "./kinds.ts";

export { type CorruptionName, corruptionNames } from "./kinds.ts";

/** How images are corrupted. */
export interface CorruptOptions {
  /** By what. */
  readonly kind: CorruptionName;
  /** How much: 1 to 5. */
  readonly severity: number;
  /** What the noise is drawn from, together with the image's number; 0 unless told otherwise. */
  readonly seed?: number | undefined;
  /** The pixel that is white; 255 unless told otherwise. */
  readonly highest?: number | undefined;
}

const corruptOptions = z.strictObject({
  kind: z.enum(corruptionNames),
  severity: z.int().min(1).max(5),
  seed: count.default(0),
  highest: z.number().min(1).max(255).default(255),
});

const imagesAtOnce = 64;

/**
 * Shifts images as CIFAR-10-C does, by noise, blur, colour, pixelation and JPEG, and by rotation. The same seed corrupts an image
 * of the same number in the same way, whichever others there are. What is grey stays so. Pixels are rounded.
 * @param images pixels, uint8 [N, 3, H, W].
 * @throws AdsamError `usage` for an unknown kind, and a severity that is not 1 to 5; `data` for images that are no pixels;
 *   `environment` for JPEG without the package sharp.
 */
export async function corruptImages(images: Tensor, options: CorruptOptions): Promise<Tensor<"uint8">> {
  const { kind, severity, seed, highest } = validate(corruptOptions, options, "corruptImages");
  checkImages(images, "images");
  if (images.dtype !== "uint8") {
    throw new AdsamError("data", `expected uint8 pixels to corrupt, got ${images.dtype}`, {
      suggestion: "corrupt images before they are normalised",
    });
  }
  if (kind === "jpeg_compression") return jpegImages(images, jpegQualities[severity - 1] ?? 100, highest);
  const { data, shape } = images;
  const [number = 0, channels = 0, height = 0, width = 0] = shape;
  const [size, area] = [channels * height * width, height * width];
  const made = new Uint8Array(elementCount(shape));
  for (let image = 0; image < number; image++) {
    if (image % imagesAtOnce === 0) await setImmediate(); // the event loop goes on
    const pixels = data.subarray(image * size, (image + 1) * size);
    const drawn = isGrey(pixels, area) ? 1 : channels;
    const canvas = {
      data: Float64Array.from(pixels.subarray(0, drawn * area), (pixel) => pixel / highest),
      channels: drawn,
      height,
      width,
    };
    const uniform = uniformNumbers(streamKey(seed, `${kind} ${severity} ${image}`));
    write(
      corruptions[kind](canvas, severity, { uniform, normal: normalNumbers(uniform) }),
      highest,
      made.subarray(image * size, (image + 1) * size),
    );
  }
  return tensor(made, shape);
}

/** A data set whose images to test on are corrupted; those to train on stay. Throws as `corruptImages`. */
export async function corruptDataset(dataset: Dataset, options: Omit<CorruptOptions, "highest">): Promise<Dataset> {
  const { name, test, normalization } = dataset;
  const highest = normalization?.scale ?? 255;
  const images = await corruptImages(test.images, { ...options, highest });
  return { ...dataset, name: `${name} (${options.kind} ${options.severity})`, test: { ...test, images } };
}

function isGrey(pixels: Uint8Array, area: number): boolean {
  for (let i = 0; i < area; i++) {
    if (pixels[i] !== pixels[area + i] || pixels[i] !== pixels[2 * area + i]) return false;
  }
  return true;
}

/** Cut to what a pixel can be, rounded; of one channel into each. */
function write({ data }: Canvas, highest: number, pixels: Uint8Array): void {
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = Math.round(Math.min(1, Math.max(0, data[i % data.length] ?? 0)) * highest);
  }
}
