import * as z from "zod";
import { AdsamError } from "../errors.ts";
import { nearest, validate } from "../validation.ts";
import { type CifarName, loadCifar } from "./cifar.ts";
import type { Dataset } from "./dataset.ts";
import { loadDigits } from "./digits.ts";
import { datasetExtension, loadFile } from "./file.ts";

/** The data sets that are known by name; any other is a path ending in .safetensors. */
export const datasetNames = ["digits", "CIFAR-10", "CIFAR-100"] as const;

const loadDatasetOptions = z.strictObject({ folder: z.string().optional() });

/** Where a data set lies. */
export interface LoadDatasetOptions {
  /** Where CIFAR's binary version lies; the others have no folder. */
  readonly folder?: string | undefined;
}

/**
 * A data set by its name (upper or lower case): digits, CIFAR-10, CIFAR-100; or from a safetensors file of one's own, which
 * holds `train_images` and `test_images` (uint8 or float32: [N, 3, H, W], or grey [N, 1, H, W] or [N, H, W]), `train_labels`
 * and `test_labels` (uint8 or int64: [N]), and as metadata `classes` and `normalization`, where they are not to be guessed.
 * @throws AdsamError `usage` for an unknown name, for CIFAR without a folder and for any other with one; `file` when its files are
 *   missing, `data` when they are damaged or do not hold a data set.
 */
export async function loadDataset(name: string, options: LoadDatasetOptions = {}): Promise<Dataset> {
  const { folder } = validate(loadDatasetOptions, options, "loadDataset");
  if (name.endsWith(datasetExtension)) return loadFile(refuseFolder(name, folder));
  const known = datasetNames.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  if (known === undefined) {
    throw new AdsamError("usage", `unknown data set "${name}": ${nearest(name, [...datasetNames, "a path"])}`, {
      suggestion: `a data set of your own is one file that ends in ${datasetExtension}`,
    });
  }
  if (known !== "digits") return loadCifar(known, requireFolder(known, folder));
  refuseFolder(known, folder);
  return loadDigits();
}

function refuseFolder(name: string, folder: string | undefined): string {
  if (folder === undefined) return name;
  throw new AdsamError("usage", `${name} is read from no folder, got ${folder}`, {
    suggestion:
      "leave it out, or name the data set: CIFAR-10 or CIFAR-100 in a folder, or the path of a .safetensors file",
  });
}

function requireFolder(name: CifarName, folder: string | undefined): string {
  if (folder !== undefined) return folder;
  throw new AdsamError("usage", `${name} needs the folder that its files lie in`, {
    suggestion: `nothing is downloaded: give the folder of the "${name} binary version"`,
  });
}
