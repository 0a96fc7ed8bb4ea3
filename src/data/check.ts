import { AdsamError } from "../errors.ts";
import { architectures } from "../schema/architectures.ts";
import type { Normalization } from "../schema/data.ts";
import { isNetworkSpec, type ModelSpec } from "../schema/models.ts";
import { checkTensor, elementCount, type Tensor } from "../tensor.ts";
import type { Dataset, Split } from "./dataset.ts";
import { classIndices } from "./labels.ts";
import { checkNormalization } from "./normalization.ts";

/**
 * Holds a data set to what `Dataset` promises, also where no compiler did.
 * @throws AdsamError `data` for shapes, dtypes or lengths that do not fit, labels that are no class, an empty part, a
 *   normalization that is none, for another number of channels, or that makes pixels infinite, and for NaN or infinity,
 *   with the number of the first such image.
 */
export function checkDataset(data: Dataset): void {
  if (typeof data !== "object" || data === null) {
    throw new AdsamError("data", `expected a data set, got ${data === undefined ? "nothing" : data}`, {
      suggestion: "give what `loadDataset` gives, or an object of the same fields",
    });
  }
  const { classes, train, test, normalization } = data;
  if (train === undefined && test === undefined) {
    throw new AdsamError(
      "data",
      `expected a data set with train and test, got ${Object.keys(data).join(", ") || "{}"}`,
      {
        suggestion: "give it whole: which part is asked for is an option",
      },
    );
  }
  if (!Number.isSafeInteger(classes) || classes < 2) {
    throw new AdsamError("data", `expected at least 2 classes, got ${classes}`);
  }
  for (const [part, split] of Object.entries({ train, test })) {
    checkImages(split?.images, `${part} images`);
    checkTensor(split.labels, `${part} labels`, "data");
    checkCount(split, part);
    classIndices(split.labels, classes, `${part} labels`);
  }
  const [trainKind, testKind] = [train.images, test.images].map(
    (images) => `${images.dtype} [${images.shape.slice(1)}]`,
  );
  if (trainKind !== testKind) {
    throw new AdsamError("data", `train images are ${trainKind}, test images ${testKind}: expected the same`);
  }
  checkNormalization(normalization, "data");
  for (const [part, { images }] of Object.entries({ train, test })) checkRange(images, normalization, part);
}

/**
 * Holds a tensor to what images are: one or more, [N, 3, H, W], of uint8 or finite float32.
 * @throws AdsamError `data` that begins with `name`.
 */
export function checkImages(images: Tensor, name: string): void {
  checkTensor(images, name, "data");
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

/** A deviation may be above 0 and yet so small that float32, which networks compute in, has no room for what it makes. */
function checkRange(images: Tensor, normalization: Normalization | null, part: string): void {
  if (normalization === null) return;
  const { scale, mean, std } = normalization;
  const pixels = extremes(images);
  for (const [channel, deviation] of std.entries()) {
    for (const pixel of pixels) {
      const value = Math.fround((pixel / Math.fround(scale) - (mean[channel] ?? 0)) / Math.fround(deviation));
      if (Number.isFinite(value)) continue;
      throw new AdsamError("data", `normalization: a pixel of ${pixel} in the ${part} images becomes ${value}`, {
        suggestion: "give the pixels' own scale, and their mean and standard deviation divided by it",
      });
    }
  }
}

function extremes(images: Tensor): readonly number[] {
  if (images.dtype !== "float32") return [0, 255];
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const { data } = images;
  for (let i = 0; i < data.length; i++) {
    const value = data[i] ?? 0;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
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

/** @throws AdsamError `data` when a network tells another number of classes apart than the data set has, or takes no images of its size. */
export function checkSuits(spec: ModelSpec, { name, classes, train }: Dataset): void {
  if (!isNetworkSpec(spec)) return;
  if (spec.classes !== classes) {
    throw new AdsamError("data", `the model tells ${spec.classes} classes apart, and ${name} has ${classes}`, {
      suggestion: "choose the data set that it was made for, or make a model of as many classes",
    });
  }
  const { side } = architectures[spec.kind];
  const [, , height = 0, width = 0] = train.images.shape;
  if (height === width && (side === null || side === width)) return;
  const expected = side === null ? "square images" : `images of ${side}x${side}`;
  throw new AdsamError("data", `${spec.kind} takes ${expected}, and those of ${name} are ${height}x${width}`, {
    suggestion: `scale them with the option resize (--resize ${side ?? Math.min(height, width)})`,
  });
}
