import { AdsamError } from "../../errors.ts";
import type { Normalization, ReadingOptions } from "../../schema/data.ts";
import { numbers } from "../../tensor/numbers.ts";
import { kindOf, type NamedTensors, type Tensor, tensor } from "../../tensor.ts";
import { checkDataset } from "../check.ts";
import type { Split } from "../dataset.ts";
import { threeChannels } from "../grey.ts";
import { classesIn } from "../labels.ts";
import type { Found, LeftOut } from "./found.ts";
import { holdOut } from "./hold-out.ts";
import { halves } from "./normalizations.ts";

/** Arrays of images and labels, and what is said of them. */
export interface Arrays {
  readonly path: string;
  readonly name: string;
  readonly format: string;
  readonly tensors: NamedTensors;
  /** undefined: to be counted. */
  readonly classes?: number | undefined;
  /** undefined: by the dtype of the images. */
  readonly normalization?: Normalization | null | undefined;
}

/** How the arrays of the parts may be called: this package's own and MedMNIST's way, Keras's, scikit-learn's. */
const inParts = [
  ["train_images", "train_labels", "test_images", "test_labels"],
  ["x_train", "y_train", "x_test", "y_test"],
] as const;
const undivided = [
  ["images", "labels"],
  ["x", "y"],
  ["data", "target"],
] as const;

/**
 * A data set of arrays: images uint8 or float32, [N, 3, H, W], [N, H, W, 3], or grey [N, H, W] or with one channel; labels
 * whole numbers, [N] or [N, 1].
 * @throws AdsamError `data` as `checkDataset`, and for other arrays than these.
 */
export function datasetOfArrays(arrays: Arrays, options: ReadingOptions): Found {
  const { path, name, format, tensors } = arrays;
  const names = namesIn(tensors, path);
  const [train, test] = [splitOf(tensors, names.slice(0, 2)), splitOf(tensors, names.slice(2))];
  if (train === undefined) throw new AdsamError("data", `${path} holds no images`);
  const parts = test === undefined ? heldOut(train, options, path) : { train, test, remarks: [] };
  const asked = arrays.normalization;
  const dataset = {
    name,
    classes: arrays.classes ?? classesIn(train.labels, parts.test.labels, path),
    train: parts.train,
    test: parts.test,
    normalization: asked === undefined ? (train.images.dtype === "uint8" ? halves : null) : asked,
  };
  checkDataset(dataset);
  const leftOut = Object.keys(tensors).filter((key) => !names.includes(key));
  return { format, dataset, remarks: parts.remarks, leftOut: leftOut.map(unused) };
}

function unused(key: string): LeftOut {
  return { what: key, why: "neither images nor labels of the parts", corrupt: false };
}

function namesIn(tensors: NamedTensors, path: string): readonly string[] {
  const lower = new Map(Object.keys(tensors).map((key) => [key.toLowerCase(), key]));
  const found = [...inParts, ...undivided].find((names) => names.every((name) => lower.has(name)));
  if (found !== undefined) return found.map((name) => lower.get(name) ?? name);
  const expected = "images and labels, or train_images, train_labels, test_images and test_labels";
  throw new AdsamError("data", `${path}: expected ${expected}, got ${Object.keys(tensors).join(", ") || "no tensors"}`);
}

function splitOf(tensors: NamedTensors, [imagesName = "", labelsName = ""]: readonly string[]): Split | undefined {
  const [images, labels] = [tensors[imagesName], tensors[labelsName]];
  if (images === undefined || labels === undefined) return undefined;
  return { images: channelsFirst(asPixels(images)), labels: column(labels) };
}

/** Checked before it is divided: what is wrong with the whole is told of the whole. */
function heldOut(all: Split, options: ReadingOptions, path: string) {
  const [images, labels] = [all.images.shape[0], all.labels.shape[0]];
  if (images === labels) return holdOut(all, options.holdOut);
  throw new AdsamError("data", `${path}: expected as many labels as images (${images}), got ${labels}`);
}

/** [N, 1] as [N]. */
function column(labels: Tensor): Tensor {
  const [count = 0, one, ...others] = labels.shape;
  return one === 1 && others.length === 0 ? { ...labels, shape: [count] } : labels;
}

/** Whole numbers from 0 to 255 as uint8, and floating numbers as float32; others stay, to be refused. */
function asPixels(images: Tensor): Tensor {
  if (images.dtype === "uint8" || images.dtype === "float32") return images;
  const kind = kindOf(images.dtype);
  if (kind === "real") return tensor(Float32Array.from(numbers(images)), images.shape);
  if (kind !== "integer") return images;
  const values = numbers(images);
  return values.every((value) => value >= 0 && value <= 255) ? tensor(Uint8Array.from(values), images.shape) : images;
}

/** [N, H, W, 1] and [N, H, W, 3] as [N, 3, H, W]; what has its channels first stays. */
function channelsFirst(images: Tensor): Tensor {
  const rgb = threeChannels(images);
  const [count = 0, channels = 0, width = 0, last = 0] = rgb.shape;
  if (rgb.shape.length !== 4 || channels === 3 || (last !== 1 && last !== 3)) return rgb;
  if (last === 1) return threeChannels({ ...rgb, shape: [count, channels, width] });
  if (rgb.dtype !== "uint8" && rgb.dtype !== "float32") return rgb;
  const made = rgb.data.slice();
  const area = channels * width;
  for (let image = 0; image < count; image++) {
    const start = image * 3 * area;
    for (let channel = 0; channel < 3; channel++) {
      for (let i = 0; i < area; i++) made[start + channel * area + i] = rgb.data[start + 3 * i + channel] ?? 0;
    }
  }
  return tensor(made, [count, 3, channels, width]);
}
