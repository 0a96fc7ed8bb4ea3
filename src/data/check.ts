import { AdsamError } from "../errors.ts";
import { elementCount, type Tensor } from "../tensor.ts";
import type { Dataset, Split } from "./dataset.ts";
import { classIndices } from "./labels.ts";

/**
 * Holds a data set to what `Dataset` promises.
 * @throws AdsamError `data` for shapes, dtypes or lengths that do not fit, labels that are no class, an empty part,
 *   a normalization for another number of channels, and NaN or infinity, with the number of the first such image.
 */
export function checkDataset({ classes, train, test, normalization }: Dataset): void {
  if (!Number.isSafeInteger(classes) || classes < 2) {
    throw new AdsamError("data", `expected at least 2 classes, got ${classes}`);
  }
  for (const [part, split] of Object.entries({ train, test })) {
    checkImages(split.images, `${part} images`);
    checkCount(split, part);
    classIndices(split.labels, classes, `${part} labels`);
  }
  const [trainKind, testKind] = [train.images, test.images].map(
    (images) => `${images.dtype} [${images.shape.slice(1)}]`,
  );
  if (trainKind !== testKind) {
    throw new AdsamError("data", `train images are ${trainKind}, test images ${testKind}: expected the same`);
  }
  for (const [name, values] of Object.entries({ mean: normalization?.mean, std: normalization?.std })) {
    if (values !== undefined && values.length !== 3) {
      throw new AdsamError("data", `normalization: expected a ${name} for each of 3 channels, got ${values.length}`);
    }
  }
}

/**
 * Holds a tensor to what images are: one or more, [N, 3, H, W], of uint8 or finite float32.
 * @throws AdsamError `data` that begins with `name`.
 */
export function checkImages(images: Tensor, name: string): void {
  const { shape, dtype } = images;
  if (shape.length !== 4 || shape[1] !== 3) {
    throw new AdsamError("data", `${name}: expected shape [N, 3, H, W], got [${shape}]`);
  }
  if (dtype !== "uint8" && dtype !== "float32") {
    throw new AdsamError("data", `${name}: expected uint8 or float32, got ${dtype}`);
  }
  if (elementCount(shape) === 0) throw new AdsamError("data", `${name}: expected some, got shape [${shape}]`);
  checkFinite(images, name);
}

function checkCount({ images, labels }: Split, part: string): void {
  if (images.shape[0] !== labels.shape[0]) {
    throw new AdsamError(
      "data",
      `${part}: expected as many labels as images (${images.shape[0]}), got ${labels.shape[0]}`,
    );
  }
}

function checkFinite(images: Tensor, name: string): void {
  if (images.dtype !== "float32") return;
  const index = images.data.findIndex((value) => !Number.isFinite(value));
  if (index < 0) return;
  const image = Math.floor(index / elementCount(images.shape.slice(1)));
  throw new AdsamError("data", `${name}: image ${image} holds ${images.data[index]}, expected finite numbers`, {
    suggestion: "leave out or repair such images",
  });
}
