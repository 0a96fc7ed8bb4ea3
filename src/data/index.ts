import { AdsamError } from "../errors.ts";
import { type CifarName, loadCifar } from "./cifar.ts";
import type { Dataset } from "./dataset.ts";
import { loadDigits } from "./digits.ts";
import { datasetExtension, loadFile } from "./file.ts";

/** The data sets that are known by name; any other is a path ending in .safetensors. */
export const datasetNames = ["digits", "CIFAR-10", "CIFAR-100"] as const;

/** Where a data set lies. */
export interface LoadDatasetOptions {
  /** Where CIFAR's binary version lies. */
  readonly folder?: string | undefined;
}

/**
 * A data set by its name (upper or lower case), or from a file of one's own (`loadFile`).
 * @throws AdsamError `usage` for an unknown name and for CIFAR without a folder; `file` and `data` as the loaders.
 */
export async function loadDataset(name: string, { folder }: LoadDatasetOptions = {}): Promise<Dataset> {
  if (name.endsWith(datasetExtension)) return loadFile(name);
  const known = datasetNames.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  if (known === undefined) {
    throw new AdsamError("usage", `unknown data set "${name}": expected ${datasetNames.join(", ")}, or a path`, {
      suggestion: `a data set of your own is one file that ends in ${datasetExtension}`,
    });
  }
  return known === "digits" ? loadDigits() : loadCifar(known, requireFolder(known, folder));
}

function requireFolder(name: CifarName, folder: string | undefined): string {
  if (folder !== undefined) return folder;
  throw new AdsamError("usage", `${name} needs the folder that its files lie in`, {
    suggestion: `nothing is downloaded: give the folder of the "${name} binary version"`,
  });
}
