import { basename, extname } from "node:path";
import { AdsamError } from "../../errors.ts";
import type { ReadingOptions } from "../../schema/data.ts";
import { elementCount, type Tensor, tensor } from "../../tensor.ts";
import { chosen } from "../dataset.ts";
import { datasetOfArrays } from "./arrays.ts";
import { loadFeatures } from "./features.ts";
import type { Found } from "./found.ts";

/**
 * A CSV file whose rows are images: the option `shape` says how a row's numbers make one.
 * @throws AdsamError `data` as `loadFeatures` and `datasetOfArrays`; `usage` without a shape, or with one of another length.
 */
export async function readTable(path: string, options: ReadingOptions): Promise<Found> {
  const { features, labels, names, classNames, isTest } = await loadFeatures(path);
  const images = imagesOf(features, names.length, options.shape, path);
  const found = datasetOfArrays(
    {
      path,
      name: basename(path, extname(path)),
      format: `a CSV file of ${names.length} numbers an image`,
      tensors: isTest === null ? { images, labels } : inParts(images, labels, isTest),
      classes: classNames.length,
    },
    options,
  );
  return { ...found, dataset: { ...found.dataset, classNames } };
}

function inParts(images: Tensor, labels: Tensor, isTest: readonly boolean[]) {
  const places = (wanted: boolean) => isTest.flatMap((test, place) => (test === wanted ? [place] : []));
  const [train, test] = [places(false), places(true)].map((indices) => chosen({ images, labels }, indices));
  return {
    ...(train && { train_images: train.images, train_labels: train.labels }),
    ...(test && { test_images: test.images, test_labels: test.labels }),
  };
}

function imagesOf(features: Tensor<"float32">, columns: number, shape: readonly number[] | null, path: string): Tensor {
  const [count = 0] = features.shape;
  if (shape === null) {
    throw new AdsamError(
      "usage",
      `${path} holds ${columns} numbers an example, and the networks of this package take images`,
      {
        suggestion:
          "say how the numbers make an image: the option shape, channels,height,width (--shape 1,28,28); loadFeatures gives them to networks of your own",
      },
    );
  }
  if (shape.length !== 3 || (shape[0] !== 1 && shape[0] !== 3) || elementCount(shape) !== columns) {
    throw new AdsamError(
      "usage",
      `shape: expected 1 or 3 channels, height and width that make ${columns}, got ${shape}`,
    );
  }
  const pixels = features.data.every((value) => Number.isInteger(value) && value >= 0 && value <= 255);
  return tensor(pixels ? Uint8Array.from(features.data) : features.data, [count, ...shape]);
}
