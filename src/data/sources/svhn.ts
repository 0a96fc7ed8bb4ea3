import { AdsamError } from "../../errors.ts";
import type { Normalization } from "../../schema/data.ts";
import { numbers } from "../../tensor/numbers.ts";
import { tensor } from "../../tensor.ts";
import type { Split } from "../dataset.ts";
import { decodeMat } from "../formats/mat.ts";
import type { Place } from "./place.ts";
import type { Version } from "./version.ts";

const side = 32;
const classes = 10;
const what = "the published cropped digits of SVHN";
const files = { train: "train_32x32.mat", test: "test_32x32.mat" } as const;

/** Mean and standard deviation of the training images. */
const normalization: Normalization = {
  scale: 255,
  mean: [0.4377, 0.4438, 0.4728],
  std: [0.198, 0.201, 0.197],
};

/**
 * Street View House Numbers, format 2 (Y. Netzer and others, "Reading Digits in Natural Images with Unsupervised Feature
 * Learning", 2011): MATLAB files of `X` [32, 32, 3, N] and `y` [N, 1], where 10 stands for the digit 0.
 */
export const svhnVersions: readonly Version[] = [
  {
    name: "SVHN",
    what,
    folders: [],
    archive: null,
    files: [files.train, files.test],
    async read(place) {
      const parts = { train: await split(place, files.train), test: await split(place, files.test) };
      return { format: what, dataset: { name: "SVHN", classes, ...parts, normalization }, remarks: [], leftOut: [] };
    },
  },
];

async function split(place: Place, file: string): Promise<Split> {
  const path = place.pathOf(file);
  const { X: pixels, y } = decodeMat(await place.read(file), path);
  const [count = 0, ...image] = pixels?.shape ?? [];
  if (pixels?.dtype !== "uint8" || `${image}` !== `3,${side},${side}` || y === undefined) {
    throw new AdsamError(
      "data",
      `${path}: expected X of uint8 [${side}, ${side}, 3, N] and y, got ${pixels?.dtype ?? "no X"}`,
    );
  }
  const labels = numbers(y);
  const bad = labels.findIndex((label) => !Number.isInteger(label) || label < 1 || label > classes);
  if (bad >= 0) throw new AdsamError("data", `${path}: y[${bad}] is ${labels[bad]}, expected 1 to ${classes}`);
  if (labels.length !== count) throw new AdsamError("data", `${path}: expected ${count} labels, got ${labels.length}`);
  return {
    images: tensor(turned(pixels.data), [count, 3, side, side]),
    labels: tensor(Uint8Array.from(labels, (label) => label % classes)),
  };
}

/** From columns to rows, plane by plane. */
function turned(pixels: Uint8Array): Uint8Array {
  const made = new Uint8Array(pixels.length);
  for (let plane = 0; plane < pixels.length; plane += side * side) {
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++)
        made[plane + row * side + column] = pixels[plane + column * side + row] ?? 0;
    }
  }
  return made;
}
