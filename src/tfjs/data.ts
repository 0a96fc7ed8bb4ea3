import * as tf from "@tensorflow/tfjs-core";
import { checkImages } from "../data/check.ts";
import type { Split } from "../data/dataset.ts";
import { classIndices } from "../data/labels.ts";
import { normalize } from "../data/normalization.ts";
import { AdsamError } from "../errors.ts";
import type { Normalization } from "../schema/data.ts";
import type { ModelSpec } from "../schema/models.ts";
import { numbers } from "../tensor/numbers.ts";
import { elementCount, kindOf, type Tensor, tensor } from "../tensor.ts";
import { channelsLast, toFloat32 } from "./tensors.ts";

/** Images [N, 3, H, W]: pixels, or numbers as the network takes them. */
export type Pixels = Tensor<"uint8"> | Tensor<"float32">;

/** Images and the class of each. */
export interface LabelledImages {
  readonly images: Pixels;
  readonly labels: readonly number[];
}

/** @throws AdsamError `usage` for a layer on its own, which tells no classes apart. */
export function classesOf(spec: ModelSpec): number {
  if ("classes" in spec) return spec.classes;
  throw new AdsamError("usage", `expected a network to train, got a ${spec.kind} layer on its own`);
}

/** @throws AdsamError `data`, naming the first offender, unless images and labels fit one another and the classes. */
export function labelled({ images, labels }: Split, classes: number, name: string): LabelledImages {
  const indices = classIndices(labels, classes, `${name} labels`);
  const pixels = pixelsOf(images, `${name} images`);
  if (pixels.shape[0] === indices.length) return { images: pixels, labels: indices };
  throw new AdsamError("data", `${name} has ${pixels.shape[0]} images but ${indices.length} labels`);
}

/**
 * Images as pixels; float64 is rounded to float32, and integers become that.
 * @throws AdsamError `data` unless these are one or more finite images [N, 3, H, W], real numbers or integers.
 */
export function pixelsOf(images: Tensor, name = "images"): Pixels {
  const kind = kindOf(images.dtype);
  if (kind === "bool" || kind === "complex") {
    throw new AdsamError("data", `expected ${name} of real numbers or integers, got ${images.dtype}`);
  }
  const pixels =
    images.dtype === "uint8" || images.dtype === "float32"
      ? images
      : tensor(new Float32Array(numbers(images)), images.shape);
  checkImages(pixels, name);
  return pixels;
}

/** The images of these numbers, in this order: a copy. */
export function pick(images: Pixels, indices: readonly number[]): Pixels {
  const length = elementCount(images.shape.slice(1));
  const picked = empty(images, indices.length);
  for (const [n, index] of indices.entries()) {
    picked.data.set(images.data.subarray(index * length, (index + 1) * length), n * length);
  }
  return picked;
}

/** As many black images of the same kind. */
function empty({ dtype, shape }: Pixels, count: number): Pixels {
  const whole = [count, ...shape.slice(1)];
  return dtype === "uint8"
    ? tensor(new Uint8Array(elementCount(whole)), whole)
    : tensor(new Float32Array(elementCount(whole)), whole);
}

/**
 * Each image mirrored with probability 1/2, then cropped at random from zeros around it.
 * @param images before normalisation: the zeros around are pixels of value 0.
 * @param uniform three numbers from U[0, 1) for each image: what decides whether to mirror, how far down, how far right.
 * @param options `flip`: whether to mirror; `cropPadding`: how many zeros on each side, 0 does not crop.
 */
export function augment(
  images: Pixels,
  { flip, cropPadding }: { readonly flip: boolean; readonly cropPadding: number },
  uniform: () => number,
): Pixels {
  if (!flip && cropPadding === 0) return images;
  const [count = 0, channels = 0, height = 0, width = 0] = images.shape;
  const changed = empty(images, count);
  const offset = (draw: number) => Math.floor(draw * (2 * cropPadding + 1)) - cropPadding;
  for (let n = 0; n < count; n++) {
    const [mirror, down, right] = [uniform(), offset(uniform()), offset(uniform())];
    const mirrored = flip && mirror < 0.5;
    for (let row = 0; row < channels * height; row++) {
      const y = (row % height) + down;
      if (y < 0 || y >= height) continue;
      const from = (n * channels * height + row + down) * width;
      const to = (n * channels * height + row) * width;
      for (let column = Math.max(0, -right); column < Math.min(width, width - right); column++) {
        const x = mirrored ? width - 1 - (column + right) : column + right;
        changed.data[to + column] = images.data[from + x] ?? 0;
      }
    }
  }
  return changed;
}

/** Images, normalised, as the network takes them: float32 [N, H, W, 3]. */
export function networkInput(images: Pixels, normalization: Normalization | null): tf.Tensor {
  return tf.tidy(() => channelsLast(toFloat32(normalize(images, normalization))));
}

/** The classes of the images of these numbers, int32 [N]. */
export function labelsOf({ labels }: LabelledImages, indices: readonly number[]): tf.Tensor1D {
  return tf.tensor1d(
    indices.map((index) => labels[index] ?? 0),
    "int32",
  );
}

/** The numbers of `count` images, batch by batch; the last batch may be smaller. */
export function batches(count: number, size: number): number[][] {
  const numbers = Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => numbers.slice(i * size, (i + 1) * size));
}
