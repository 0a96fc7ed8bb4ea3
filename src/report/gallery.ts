import type { Dataset } from "../data/dataset.ts";
import { pngOf } from "../data/pictures.ts";
import { elementCount } from "../tensor.ts";
import type { Predictions } from "./predictions.ts";

/** An image, and what the model made of it. */
export interface ShownImage {
  /** Its number among the test images. */
  readonly index: number;
  /** As PNG. */
  readonly png: Uint8Array;
  readonly label: string;
  readonly predicted: string;
  readonly confidence: number;
  /** Predictive entropy, nats. */
  readonly entropy: number;
}

/** The images that a model is the least and the most certain of. */
export interface Gallery {
  readonly least: readonly ShownImage[];
  readonly most: readonly ShownImage[];
}

/**
 * Chosen by predictive entropy; of equals those that come first. null where the test data are no images.
 * @throws AdsamError `environment` without the package sharp.
 */
export async function galleryOf(
  { data, evaluation: { perImage } }: Predictions,
  count: number,
): Promise<Gallery | null> {
  if (data.test.images.shape.length !== 4 || data.test.images.shape[1] !== 3) return null;
  const entropy = (image: number) => perImage.predictiveEntropy[image] ?? Number.NaN;
  const order = [...perImage.label.keys()].sort((a, b) => entropy(a) - entropy(b));
  const called = (number: number | undefined) => data.classNames?.[number ?? -1] ?? String(number);
  const shown = async (index: number): Promise<ShownImage> => ({
    index,
    png: await pngOf(pixelsOf(data, index)),
    label: called(perImage.label[index]),
    predicted: called(perImage.predicted[index]),
    confidence: perImage.confidence[index] ?? Number.NaN,
    entropy: entropy(index),
  });
  return {
    least: await Promise.all(order.slice(-count).reverse().map(shown)),
    most: await Promise.all(order.slice(0, count).map(shown)),
  };
}

/** Of 0 to 255: over the data set's scale, or, where it names none, from the image's lowest number to its highest. */
function pixelsOf({ test: { images }, normalization }: Dataset, index: number) {
  const [, , height = 0, width = 0] = images.shape;
  const size = elementCount(images.shape.slice(1));
  const values = Array.from<number | bigint, number>(images.data.subarray(index * size, (index + 1) * size), Number);
  const [low, high] = normalization === null ? [Math.min(...values), Math.max(...values)] : [0, normalization.scale];
  const data = Uint8Array.from(values, (value) => {
    const part = high > low ? (value - low) / (high - low) : 0;
    return Math.round(255 * Math.min(1, Math.max(0, part)));
  });
  return { data, height, width };
}
