import { AdsamError, type ErrorCode } from "../errors.ts";
import { type InputNormalization, type Normalization, normalization as normalizationSchema } from "../schema/data.ts";
import type { EvaluateOptionsInput } from "../schema/options.ts";
import { elementCount, kindOf, type Tensor, tensor } from "../tensor.ts";
import { validate } from "../validation.ts";
import type { Dataset } from "./dataset.ts";

/** Of pixels that a network takes without a change. */
export const asTheyAre: Normalization = { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] };

/** Whole numbers are pixels; floating point numbers are a network's input already, unless somebody says otherwise. */
export function arePixels({ dtype }: Tensor): boolean {
  return kindOf(dtype) === "integer";
}

/**
 * What is to be done with `images`; null when they are the network's input already.
 * @param own what the model was trained with, null where that is not known.
 * @param asked "model" for its own; anything else is taken at its word, whatever the images are.
 * @throws AdsamError `usage` for pixels when nobody says how to normalise them.
 */
export function resolveNormalization(
  own: Normalization | null,
  images: Tensor,
  asked: InputNormalization,
): Normalization | null {
  if (asked !== "model") return asked;
  if (!arePixels(images)) return null;
  if (own !== null) return own;
  throw noneKnown(images);
}

/** What a data set says of its pixels; null when its images are none. */
export function saidOf(images: Tensor, normalization: Normalization | null): Normalization | null {
  return normalization === null && arePixels(images) ? asTheyAre : normalization;
}

/** @throws AdsamError `data` when a data set contradicts what the model was trained with. */
export function checkAgreement(own: Normalization | null, images: Tensor, normalization: Normalization | null): void {
  const said = saidOf(images, normalization);
  if (own === null || said === null || normalizationText(own) === normalizationText(said)) return;
  throw new AdsamError(
    "data",
    `the model was trained on pixels normalised by ${normalizationText(own)}, and the data set's are to be by ${normalizationText(said)}`,
    { suggestion: "say which is meant by the option normalization: 'model' or 'data'" },
  );
}

/**
 * How a data set's images are to become the model's input, and whether the model must have been trained so.
 * @param asked as `evaluate` takes it.
 * @throws AdsamError `usage` when the model is to know, and does not.
 */
export function normalizationForEvaluation(
  asked: EvaluateOptionsInput["normalization"],
  { normalization, train }: Dataset,
  own: Normalization | null,
): { readonly normalization: InputNormalization; readonly agreed: boolean } {
  if (asked === undefined) return { normalization, agreed: true };
  if (asked === "data") return { normalization, agreed: false };
  // A data set's floating point numbers may be pixels as well: then it says how to normalise them.
  if (asked === "model" && own === null && normalization !== null) throw noneKnown(train.images);
  return { normalization: asked === "model" && normalization !== null ? own : asked, agreed: false };
}

function noneKnown({ dtype }: Tensor): AdsamError {
  return new AdsamError(
    "usage",
    `expected a normalization for pixels (${dtype}): the model knows none, which training on pixels would have told it`,
    {
      suggestion:
        "give the option normalization, such as the data set's, or floating point images as the network takes them",
    },
  );
}

/** The same text for the same numbers. */
export function normalizationText({ scale, mean, std }: Normalization): string {
  return JSON.stringify({ scale, mean, std });
}

/**
 * `(pixel / scale - mean[c]) / std[c]` of images [N, 3, H, W], each operation rounded to float32 as torch rounds it; without
 * a normalization the images as float32.
 * @throws AdsamError `usage` as `checkNormalization`.
 */
export function normalize(images: Tensor, normalization: Normalization | null): Tensor<"float32"> {
  if (normalization === null) return tensor(Float32Array.from<number | bigint>(images.data, Number), images.shape);
  checkNormalization(normalization);
  checkDivisors(normalization);
  const area = elementCount(images.shape.slice(2));
  if (images.dtype === "uint8") return tensor(lookedUp(images.data, area, normalization), images.shape);
  const values = Float32Array.from<number | bigint>(images.data, Number);
  eachPlane(values.length, area, (channel, start, end) => {
    const normalized = normalizer(normalization, channel);
    for (let i = start; i < end; i++) values[i] = normalized(values[i] ?? 0);
  });
  return tensor(values, images.shape);
}

/** Bytes have 256 values, which are computed once a channel. */
function lookedUp(pixels: Uint8Array, area: number, normalization: Normalization): Float32Array {
  const tables = [0, 1, 2].map((channel) =>
    Float32Array.from({ length: 256 }, (_, byte) => normalizer(normalization, channel)(byte)),
  );
  const values = new Float32Array(pixels.length);
  eachPlane(pixels.length, area, (channel, start, end) => {
    const table = tables[channel] ?? values;
    for (let i = start; i < end; i++) values[i] = table[pixels[i] ?? 0] ?? 0;
  });
  return values;
}

function normalizer({ scale, mean, std }: Normalization, channel: number): (pixel: number) => number {
  const [whole, centre, deviation] = [scale, mean[channel] ?? 0, std[channel] ?? 1].map(Math.fround);
  return (pixel) => Math.fround(Math.fround(pixel / (whole ?? 1)) - (centre ?? 0)) / (deviation ?? 1);
}

function eachPlane(length: number, area: number, visit: (channel: number, start: number, end: number) => void): void {
  for (let start = 0, channel = 0; start < length; start += area, channel = (channel + 1) % 3)
    visit(channel, start, start + area);
}

/** @throws AdsamError `usage` for a scale or deviation that is 0 in float32. */
export function checkDivisors({ scale, std }: Normalization): void {
  const nothing = [scale, ...std].find((divisor) => Math.fround(divisor) === 0);
  if (nothing === undefined) return;
  const problem = `normalization: images are divided by ${nothing}, which is 0 as a number of float32`;
  throw new AdsamError("usage", problem, { suggestion: "give the pixels' own scale and deviation" });
}

/**
 * Holds what is said to be a normalization, also where no compiler was asked, to one of three channels.
 * @throws AdsamError (`usage`, or `code`) that names each wrong field: no deviation and no scale is 0 or NaN.
 */
export function checkNormalization(given: Normalization | null, code: ErrorCode = "usage"): void {
  if (given === undefined) {
    throw new AdsamError(code, "normalization: expected scale, mean and std, or null, got nothing", {
      suggestion: "give null for images that are the network's input already",
    });
  }
  const said = validate(normalizationSchema.nullable(), given, "normalization", code);
  for (const [name, values] of Object.entries({ mean: said?.mean, std: said?.std })) {
    if (values !== undefined && values.length !== 3) {
      throw new AdsamError(code, `normalization: expected a ${name} for each of 3 channels, got ${values.length}`);
    }
  }
}
