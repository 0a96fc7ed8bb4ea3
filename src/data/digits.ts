import { join } from "node:path";
import { AdsamError } from "../errors.ts";
import { packageRoot } from "../package.ts";
import { readSafetensors } from "../safetensors.ts";
import { type Dataset, slice } from "./dataset.ts";
import { greyToRgb } from "./grey.ts";

const path = join(packageRoot, "data/digits.safetensors");

const testImages = 360;

/** Of the training images' pixels, divided by 16 (population standard deviation). */
const mean = 0.30538611256089077;
const std = 0.3755071088307581;

/**
 * The bundled handwritten digits: 1437 images to train on and the last 360 to test on, 8x8, grey (three equal channels),
 * pixels 0 to 16. E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
 * Repository, doi 10.24432/C50P49, CC BY 4.0.
 * @throws AdsamError `file` or `data` when the package's file is missing or damaged.
 */
export async function loadDigits(): Promise<Dataset> {
  const { images, labels } = (await readSafetensors(path, { code: "data" })).tensors;
  if (images?.dtype !== "uint8" || labels === undefined) {
    throw new AdsamError("data", `${path} lacks the images or the labels`, { suggestion: "install the package again" });
  }
  const all = { images: greyToRgb(images), labels };
  return {
    name: "digits",
    classes: 10,
    train: slice(all, 0, labels.data.length - testImages),
    test: slice(all, labels.data.length - testImages),
    normalization: { scale: 16, mean: [mean, mean, mean], std: [std, std, std] },
  };
}
