import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { AdsamError } from "../errors.ts";
import { relativeSigma as relativeSigmaSchema } from "../schema/checkpoints.ts";
import type { NetworkSpec } from "../schema/models.ts";
import { validate } from "../validation.ts";
import { openRun } from "./run-folder.ts";

/** The plain network that a run starts from. */
export interface StartingPoint {
  readonly checkpoint: string;
  /** Initial sigma in parts of |w|; null: as the network's `initLogSigma` says. */
  readonly relativeSigma: number | null;
}

/**
 * What a run starts from; null for one that starts from the values of its seed.
 * @param asked.pretrain a checkpoint, or the folder of a run: its best model where it was kept, otherwise its last.
 * @throws AdsamError `usage` for a relative sigma of what has no sigma or starts from nothing, and for a run of a Bayesian network;
 *   `file` for a run without a model.
 */
export async function startingPoint(
  asked: { readonly pretrain?: string | undefined; readonly relativeSigma?: number | null | undefined },
  { bayesian }: NetworkSpec,
): Promise<StartingPoint | null> {
  const { pretrain } = asked;
  const relativeSigma = validate(relativeSigmaSchema.nullable(), asked.relativeSigma ?? null, "train: relativeSigma");
  if (relativeSigma !== null && (pretrain === undefined || !bayesian)) {
    const got = bayesian ? "none" : "one for a plain network";
    throw new AdsamError("usage", `relativeSigma: expected pretrain, a plain network for a Bayesian one, got ${got}`, {
      suggestion: "give the checkpoint, or the run, of a plain network as pretrain",
    });
  }
  return pretrain === undefined ? null : { checkpoint: await checkpointAt(resolve(pretrain)), relativeSigma };
}

async function checkpointAt(path: string): Promise<string> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  if (!isFolder) return path; // what is not there is told by whoever reads it
  const { files, record } = await openRun(path);
  if (record.model.bayesian) {
    throw new AdsamError("usage", `pretrain: expected a plain network, got the Bayesian one of ${path}`, {
      suggestion: `train a plain one (adsam train --deterministic), or go on with this: adsam train --resume ${path}`,
    });
  }
  const found = [files.best, files.checkpoint].find(existsSync);
  if (found !== undefined) return found;
  throw new AdsamError("file", `${path} holds no checkpoint: the run was ended before its first epoch was over`, {
    suggestion: `go on with it: adsam train --resume ${path}`,
  });
}
