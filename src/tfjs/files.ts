import { resolve } from "node:path";
import type { FitFiles, LoadOptions, Model } from "../backend.ts";
import { AdsamError } from "../errors.ts";
import { checkWritable, readBytes, writeFileAtomically } from "../files.ts";
import { packageVersion } from "../package.ts";
import { readSafetensors, type Safetensors, writeSafetensors } from "../safetensors.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import type { Network } from "./models/network.ts";
import type { FitSetting } from "./train.ts";

/**
 * The model of a checkpoint.
 * @throws AdsamError `file` when it is missing, and as `decodeCheckpoint`.
 */
export async function readModel(path: string, options: LoadOptions): Promise<Network> {
  return decodeCheckpoint(await readBytes(path), path, options);
}

/** @throws AdsamError `usage` for ".pt", `file` or `disk` when it cannot be written. */
export async function saveModel(
  network: Network,
  path: string,
  { format = "safetensors" }: NonNullable<Parameters<Model["save"]>[1]> = {},
): Promise<void> {
  if (format === "safetensors") return writeFileAtomically(path, encodeCheckpoint(network, packageVersion()));
  throw new AdsamError("usage", `the tfjs backend saves as safetensors, got format "${format}"`, {
    suggestion: "save as safetensors, load that with the torch backend and save it as .pt",
  });
}

/** Where a run reads what it goes on from, and writes what is to be kept. */
export interface RunFiles {
  /** @throws AdsamError `file` when what it keeps may not be written, or there is nothing to read. */
  open(): Promise<FitSetting["resume"]>;
  keep(network: Network, state: () => Safetensors): Promise<void>;
}

/** The files of a run, at these paths as they are now: the working directory may change later. */
export function runFiles({ checkpoint, state, resume }: FitFiles): RunFiles {
  const absolute = (path: string | undefined) => (path === undefined ? null : resolve(path));
  const [checkpointPath, statePath, resumePath] = [checkpoint, state, resume].map(absolute);
  return {
    async open() {
      for (const path of [checkpointPath, statePath]) if (path) await checkWritable(path);
      if (!resumePath) return undefined;
      return { file: await readSafetensors(resumePath, { code: "checkpoint" }), name: resumePath };
    },
    async keep(network, current) {
      if (checkpointPath) await saveModel(network, checkpointPath);
      if (!statePath) return;
      const { tensors, metadata } = current();
      await writeSafetensors(statePath, tensors, metadata);
    },
  };
}
