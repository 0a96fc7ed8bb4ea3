import { basename } from "node:path";
import { AdsamError } from "../../errors.ts";
import { readSafetensors, type Safetensors } from "../../safetensors.ts";
import { type Normalization, normalization, type ReadingOptions } from "../../schema/data.ts";
import { validate } from "../../validation.ts";
import { datasetOfArrays } from "./arrays.ts";
import type { Found } from "./found.ts";

const datasetExtension = ".safetensors";

/**
 * A data set of one's own, from one safetensors file:
 * - `train_images`, `test_images`: uint8 or float32, [N, 3, H, W], or grey [N, 1, H, W] or [N, H, W];
 * - `train_labels`, `test_labels`: integers [N];
 * - or `images` and `labels` alone, of which a part of each class is held out to test on;
 * - metadata `classes`: their number; without it the highest label + 1, where every class has images to train on;
 * - metadata `normalization`: JSON `{"scale", "mean": [r, g, b], "std": [r, g, b]}`, or `null` for images that are the
 *   network's input already. Without it, float32 images are taken as they are, and uint8 as (pixel / 255 - 0.5) / 0.5.
 * @throws AdsamError `file` when it is missing, `data` when it is damaged or does not hold a data set (`checkDataset`).
 */
export async function readSafetensorsFile(path: string, options: ReadingOptions): Promise<Found> {
  const file = await readSafetensors(path, { code: "data" });
  return datasetOfArrays(
    {
      path,
      name: basename(path, datasetExtension),
      format: "a safetensors file",
      tensors: file.tensors,
      classes: readClasses(file, path),
      normalization: readNormalization(file, path),
    },
    options,
  );
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
