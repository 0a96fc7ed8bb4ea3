import { basename } from "node:path";
import { AdsamError } from "../errors.ts";
import { readSafetensors, type Safetensors } from "../safetensors.ts";
import { type Normalization, normalization } from "../schema/data.ts";
import type { Tensor } from "../tensor.ts";
import { validate } from "../validation.ts";
import { checkDataset } from "./check.ts";
import type { Dataset, Split } from "./dataset.ts";
import { threeChannels } from "./grey.ts";
import { classesIn } from "./labels.ts";

export const datasetExtension = ".safetensors";

/**
 * A data set of one's own, from one safetensors file:
 * - `train_images`, `test_images`: uint8 or float32, [N, 3, H, W], or grey [N, 1, H, W] or [N, H, W];
 * - `train_labels`, `test_labels`: integers [N];
 * - metadata `classes`: their number; without it the highest label + 1, where every class has images to train on;
 * - metadata `normalization`: JSON `{"scale", "mean": [r, g, b], "std": [r, g, b]}`, or `null` for images that are the
 *   network's input already. Without it, float32 images are taken as they are, and uint8 as (pixel / 255 - 0.5) / 0.5.
 * @throws AdsamError `file` when it is missing, `data` when it is damaged or does not hold a data set (`checkDataset`).
 */
export async function loadFile(path: string): Promise<Dataset> {
  const file = await readSafetensors(path, { code: "data" });
  const [train, test] = [readSplit(file, "train", path), readSplit(file, "test", path)];
  const declared = readNormalization(file, path);
  const dataset = {
    name: basename(path, datasetExtension),
    classes: readClasses(file, path) ?? classesIn(train.labels, test.labels, path),
    train,
    test,
    normalization: declared === undefined ? defaultNormalization(train.images) : declared,
  };
  checkDataset(dataset);
  return dataset;
}

function readSplit({ tensors }: Safetensors, part: "train" | "test", path: string): Split {
  const [images, labels] = [tensors[`${part}_images`], tensors[`${part}_labels`]];
  if (images === undefined || labels === undefined) {
    const expected = "train_images, train_labels, test_images and test_labels";
    throw new AdsamError(
      "data",
      `${path}: expected ${expected}, got ${Object.keys(tensors).join(", ") || "no tensors"}`,
    );
  }
  return { images: threeChannels(images), labels };
}

function readClasses({ metadata: { classes } }: Safetensors, path: string): number | undefined {
  if (classes === undefined) return undefined;
  if (!/^\d+$/.test(classes))
    throw new AdsamError("data", `${path}: metadata classes: expected a number, got "${classes}"`);
  return Number(classes);
}

function readNormalization({ metadata }: Safetensors, path: string): Normalization | null | undefined {
  if (metadata.normalization === undefined) return undefined;
  return validate(normalization.nullable(), parseJson(metadata.normalization), `${path}: normalization`, "data");
}

/** Text that is no JSON is left for the schema to refuse. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function defaultNormalization({ dtype }: Tensor): Normalization | null {
  return dtype === "uint8" ? { scale: 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } : null;
}
