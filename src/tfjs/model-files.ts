import type { LoadOptions } from "../backend.ts";
import { AdsamError } from "../errors.ts";
import { readBytes, writeFileAtomically } from "../files.ts";
import { packageVersion } from "../package.ts";
import type { SaveFormat } from "../schema/checkpoints.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import type { Network } from "./models/network.ts";

/**
 * The model of a checkpoint.
 * @throws AdsamError `file` when it is missing, and as `decodeCheckpoint`.
 */
export async function readModel(path: string, options: LoadOptions): Promise<Network> {
  return decodeCheckpoint(await readBytes(path), path, options);
}

/** @throws AdsamError `usage` for ".pt", `file` or `disk` when it cannot be written. */
export async function saveModel(network: Network, path: string, format: SaveFormat = "safetensors"): Promise<void> {
  if (format === "safetensors") return writeFileAtomically(path, encodeCheckpoint(network, packageVersion()));
  throw new AdsamError("usage", `the tfjs backend saves as safetensors, got format "${format}"`, {
    suggestion: "save as safetensors, load that with the torch backend and save it as .pt",
  });
}
