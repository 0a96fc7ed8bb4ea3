import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { type Architecture, architectureNames, architectures } from "../schema/architectures.ts";
import type { Normalization } from "../schema/data.ts";
import { elementCount, type Tensor } from "../tensor.ts";
import { checkDataset } from "./check.ts";
import type { Split } from "./dataset.ts";
import { classIndices } from "./labels.ts";
import type { LoadDatasetOptions } from "./load-options.ts";
import { knownName } from "./names.ts";
import type { Found, LeftOut } from "./sources/found.ts";
import { understand } from "./understand.ts";

/** How a data set was understood. */
export interface DataDescription {
  /** Its name, or its absolute path. */
  readonly source: string;
  /** What the source is, in words. */
  readonly format: string;
  /** How it is called. */
  readonly name: string;
  /** Number of classes. */
  readonly classes: number;
  /** What they are called; null: nothing says. */
  readonly classNames: readonly string[] | null;
  /** [channels, height, width] of an image. */
  readonly image: readonly number[];
  /** Of a pixel. */
  readonly dtype: "uint8" | "float32";
  /** How pixels become a network's input; null: they are that already. */
  readonly normalization: Normalization | null;
  /** The networks of this package that take images of this size. */
  readonly networks: readonly Architecture[];
  /** What to train on. */
  readonly train: PartDescription;
  /** What to test on. */
  readonly test: PartDescription;
  /** Images to test on that are to train on as well, pixel by pixel. */
  readonly leaked: number;
  /** What people may want to know of how it was read. */
  readonly remarks: readonly string[];
  /** What was left out. */
  readonly leftOut: readonly LeftOut[];
}

/** A part of a data set. */
export interface PartDescription {
  /** How many images. */
  readonly images: number;
  /** How many of each class. */
  readonly perClass: readonly number[];
  /** Of each channel's pixels. */
  readonly channels: readonly ChannelDescription[];
  /** Images that occur more than once, each occurrence after the first. */
  readonly repeated: number;
  /** The first image of each class; null: there is none. */
  readonly firstOfClass: readonly (number | null)[];
}

/** The pixels of a channel. */
export interface ChannelDescription {
  /** The lowest. */
  readonly lowest: number;
  /** The highest. */
  readonly highest: number;
  /** Their mean. */
  readonly mean: number;
  /** Their (population) standard deviation. */
  readonly std: number;
}

/**
 * What `loadDataset` understands of a name or path. Pictures that cannot be read are listed in `leftOut`, unless the option
 * `corrupt` says that they are to be refused.
 * @throws AdsamError as `loadDataset`.
 */
export async function describeData(name: string, options: LoadDatasetOptions = {}): Promise<DataDescription> {
  return describeFound(name, await understand(name, { corrupt: "skip", ...options }));
}

/** @throws AdsamError `data` as `checkDataset`. */
export function describeFound(source: string, { format, dataset, remarks, leftOut }: Found): DataDescription {
  checkDataset(dataset);
  const { classes, classNames = null, train, test, normalization } = dataset;
  const image = train.images.shape.slice(1);
  const [, height, width] = image;
  const takes = (network: Architecture) => height === width && [null, height].includes(architectures[network].side);
  const [trained, tested] = [fingerprintsOf(train.images), fingerprintsOf(test.images)];
  const known = new Set(trained);
  return {
    source: knownName(source) ?? resolve(source),
    format,
    name: dataset.name,
    classes,
    classNames,
    image,
    dtype: train.images.dtype === "uint8" ? "uint8" : "float32",
    normalization,
    networks: architectureNames.filter(takes),
    train: partOf(train, classes, known),
    test: partOf(test, classes, new Set(tested)),
    leaked: tested.filter((image) => known.has(image)).length,
    remarks,
    leftOut,
  };
}

function partOf({ images, labels }: Split, classes: number, known: ReadonlySet<string>): PartDescription {
  const indices = classIndices(labels, classes);
  const perClass = Array.from({ length: classes }, () => 0);
  const firstOfClass = Array.from({ length: classes }, (): number | null => null);
  for (const [image, label] of indices.entries()) {
    perClass[label] = (perClass[label] ?? 0) + 1;
    firstOfClass[label] ??= image;
  }
  const { length } = indices;
  return { images: length, perClass, channels: channelsOf(images), repeated: length - known.size, firstOfClass };
}

function channelsOf({ shape, data }: Tensor): ChannelDescription[] {
  const [, channels = 0, ...size] = shape;
  const area = elementCount(size);
  return Array.from({ length: channels }, (_, channel) => {
    let [lowest, highest, sum, squares, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
    for (let start = channel * area; start < data.length; start += channels * area) {
      for (let i = start; i < start + area; i++) {
        const value = Number(data[i]);
        if (value < lowest) lowest = value;
        if (value > highest) highest = value;
        sum += value;
        squares += value * value;
      }
      count += area;
    }
    const mean = sum / count;
    return { lowest, highest, mean, std: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
  });
}

/** The same for the same pixels. */
function fingerprintsOf({ shape, data }: Tensor): string[] {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const [count = 0] = shape;
  const length = bytes.length / count;
  const image = (n: number) => bytes.subarray(n * length, (n + 1) * length);
  return Array.from({ length: count }, (_, n) => createHash("sha1").update(image(n)).digest("base64"));
}
