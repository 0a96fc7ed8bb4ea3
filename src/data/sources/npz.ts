import { basename } from "node:path";
import { readBytes } from "../../files.ts";
import type { ReadingOptions } from "../../schema/data.ts";
import { decodeNpz } from "../formats/npy.ts";
import { datasetOfArrays } from "./arrays.ts";
import type { Found } from "./found.ts";

/** A `.npz` file of arrays: see `datasetOfArrays`, whose errors it throws, and `decodeNpz`. */
export async function readNpz(path: string, options: ReadingOptions): Promise<Found> {
  const tensors = decodeNpz(await readBytes(path), path);
  return datasetOfArrays({ path, name: basename(path, ".npz"), format: "a .npz file of NumPy", tensors }, options);
}
