import { AdsamError } from "../errors.ts";
import type { Dataset, Split } from "./dataset.ts";
import { resizedImages } from "./pictures.ts";

/**
 * A data set whose images are squares of `side` pixels a side, cut from the middle.
 * @throws AdsamError `data` for images that are no pixels, `environment` without the package sharp.
 */
export async function resizeDataset(dataset: Dataset, side: number): Promise<Dataset> {
  const [train, test] = [
    await resizedSplit(dataset, dataset.train, side),
    await resizedSplit(dataset, dataset.test, side),
  ];
  return { ...dataset, train, test };
}

async function resizedSplit({ name, normalization }: Dataset, { images, labels }: Split, side: number): Promise<Split> {
  if (images.shape.slice(2).every((length) => length === side)) return { images, labels };
  if (images.dtype !== "uint8") {
    throw new AdsamError("data", `${name}: expected uint8 pixels to scale, got ${images.dtype} [${images.shape}]`, {
      suggestion: "scale what is a network's input already where it is made",
    });
  }
  const scaled = await resizedImages(images, side);
  const highest = normalization?.scale ?? 255;
  // Scaling overshoots at edges, and a byte has room for more than pixels that end below 255.
  return { images: { ...scaled, data: scaled.data.map((pixel) => Math.min(pixel, highest)) }, labels };
}
