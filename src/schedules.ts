import { AdsamError } from "./errors.ts";
import type { FitOptions } from "./schema/options.ts";

/** Where in a run a step is taken. */
interface Place {
  /** From 0. */
  readonly epoch: number;
  /** Steps taken in the epoch before it. */
  readonly batch: number;
  /** Steps of an epoch. */
  readonly batches: number;
}

/** @throws AdsamError `usage` for a cycle without a warm-up, or with no room for it. */
export function checkSchedules({ betaWarmup, betaCycle }: FitOptions): void {
  if (betaCycle === 0 || (betaWarmup > 0 && betaCycle >= betaWarmup)) return;
  const expected = betaWarmup === 0 ? "none without betaWarmup" : `at least the ${betaWarmup} epochs of betaWarmup`;
  throw new AdsamError("usage", `betaCycle: expected ${expected}, got ${betaCycle}`, {
    suggestion: "betaWarmup is the part of a cycle in which beta rises",
  });
}

/** Of an epoch, counted from 0: multiplied by `decay` at every milestone reached. */
export function learningRateAt({ learningRate, milestones, decay }: FitOptions, epoch: number): number {
  return learningRate * decay ** milestones.filter((milestone) => epoch >= milestone).length;
}

/**
 * The part of beta that a step is taken with: it rises linearly from 0 to 1 over the first `betaWarmup` epochs (Bowman et al.,
 * "Generating Sentences from a Continuous Space", CoNLL 2016), or over those of each `betaCycle` (Fu et al., "Cyclical Annealing
 * Schedule", NAACL 2019), and stays there.
 */
export function betaShare({ betaWarmup, betaCycle }: FitOptions, { epoch, batch, batches }: Place): number {
  if (betaWarmup === 0) return 1;
  const within = betaCycle === 0 ? epoch : epoch % betaCycle;
  return Math.min(1, (within * batches + batch) / (betaWarmup * batches));
}
