import { stat } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { AdsamError } from "../errors.ts";
import { fileError } from "../files.ts";
import type { ReadingOptions } from "../schema/data.ts";
import { nearest, validate } from "../validation.ts";
import { cached } from "./cache/index.ts";
import { loadDigits } from "./digits.ts";
import { fetchedFolder } from "./fetch/folder.ts";
import { type LoadDatasetOptions, loadDatasetOptions } from "./load-options.ts";
import { datasetNames, knownName } from "./names.ts";
import { resizeDataset } from "./resize.ts";
import { readFolder } from "./sources/folder.ts";
import type { Found } from "./sources/found.ts";
import { readNpz } from "./sources/npz.ts";
import { findPublished, readPublished } from "./sources/published.ts";
import { readSafetensorsFile } from "./sources/safetensors.ts";
import { readTable } from "./sources/table.ts";

type Reader = (path: string, options: ReadingOptions) => Promise<Found>;

/** What reads a file, by its ending. */
const fileReaders: Readonly<Record<string, Reader>> = {
  ".safetensors": readSafetensorsFile,
  ".npz": readNpz,
  ".csv": readTable,
};

/** A data set, by its name or its path, and how it was understood. Throws as `loadDataset`. */
export async function understand(name: string, given: LoadDatasetOptions = {}): Promise<Found> {
  const { folder, ...options } = validate(loadDatasetOptions, given, "loadDataset");
  const known = knownName(name);
  if (known === "digits" || known === undefined) refuseFolder(known ?? name, folder);
  refuseShape(name, options);
  const resized = async (reading: Promise<Found>): Promise<Found> => {
    const found = await reading;
    return options.resize === null ? found : { ...found, dataset: await resizeDataset(found.dataset, options.resize) };
  };
  if (known === "digits") return resized(readDigits());
  if (known === undefined && !/[/\\.]/.test(name) && !(await exists(name))) throw unknown(name);
  const path = resolve(known === undefined ? name : (folder ?? fetchedFolder(known)));
  const read = () => resized(known === undefined ? readPath(path, options) : readPublished(known, path));
  const asItIs = known === undefined && extname(path) === ".safetensors" && options.resize === null; // one file of arrays already
  return asItIs ? read() : cached({ name: known ?? null, path, options }, read);
}

async function readDigits(): Promise<Found> {
  return { format: "comes with this package", dataset: await loadDigits(), remarks: [], leftOut: [] };
}

async function readPath(path: string, options: ReadingOptions): Promise<Found> {
  const reader = fileReaders[extname(path).toLowerCase()];
  const place = await stat(path).catch((error: unknown) => {
    throw fileError(error, "read", path);
  });
  const published = await findPublished(path);
  if (published !== undefined) return published.read();
  if (place.isDirectory()) return readFolder(path, options);
  if (reader !== undefined) return reader(path, options);
  const endings = Object.keys(fileReaders).join(", ");
  throw new AdsamError("data", `${path}: expected a folder, an archive, or a file that ends in ${endings}`, {
    suggestion: "adsam data describe says what is understood of a path",
  });
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function unknown(name: string): AdsamError {
  return new AdsamError("usage", `unknown data set "${name}": ${nearest(name, [...datasetNames, "a path"])}`, {
    suggestion: "a data set of your own is a folder of pictures for each class, or a .safetensors, .npz or .csv file",
  });
}

function refuseShape(name: string, { shape }: ReadingOptions): void {
  if (shape === null || extname(name).toLowerCase() === ".csv") return;
  throw new AdsamError(
    "usage",
    `shape: only the rows of a .csv file have to be told how they make images, got ${name}`,
    {
      suggestion: "leave it out",
    },
  );
}

function refuseFolder(name: string, folder: string | undefined): void {
  if (folder === undefined) return;
  throw new AdsamError("usage", `${name} is read from no folder, got ${folder}`, {
    suggestion: "leave it out, or name a data set that is published, such as CIFAR-10",
  });
}
