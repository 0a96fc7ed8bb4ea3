import { join } from "node:path";
import { AdsamError } from "../../errors.ts";
import { mergeConfigs } from "../config.ts";
import { presets } from "../presets.ts";
import type { SweepTask } from "../sweep/engine.ts";
import type { TrainConfig } from "../train-config.ts";

/** What is compared: Adversarial Sampling, the same at ratio 0, the plain network, and several of these that are averaged. */
export type PaperMethod = "adversarial-sampling" | "variational-inference" | "deterministic" | "deep-ensemble";

/** As the published code trains, or as the paper says; see `fidelityPresets`. */
export type PaperFidelity = "reference" | "paper";
export const fidelityNames = ["reference", "paper"] as const satisfies readonly PaperFidelity[];

/** What a method makes of one seed. */
export interface Trial {
  readonly method: PaperMethod;
  readonly fidelity: PaperFidelity;
  readonly seed: number;
  /** Monte Carlo samples of the weights; null: the weights are plain, and each run is one sample. */
  readonly samples: number | null;
  /** Whose predictions are averaged: one, but for an ensemble. */
  readonly tasks: readonly SweepTask[];
}

/** The preset `digits` in 20 of its 45 epochs, so that all runs together take minutes. */
export const digitsInShort = mergeConfigs(presets.digits, { fit: { epochs: 20, milestones: [12, 17] } });

export interface Comparison {
  readonly train: TrainConfig;
  readonly seeds: readonly number[];
  readonly members: number;
  readonly samples: number;
  readonly fidelities: readonly PaperFidelity[];
}

/** Seeds are below it, so that those of an ensemble's further members are never another trial's. */
export const seedLimit = 100_000;

/** Options that say what is compared. */
const decided: readonly (readonly [room: "model" | "fit", name: string])[] = [
  ["model", "bayesian"],
  ["model", "seed"],
  ["fit", "seed"],
  ["fit", "fidelity"],
];

/**
 * All trials, seed after seed, so that a part of them is an experiment of fewer seeds. The plain network of a seed is the first
 * member of its ensemble.
 * @throws AdsamError `usage` for a configuration that says what the experiment decides.
 */
export function planTrials({ train, seeds, members, samples, fidelities }: Comparison, folder: string): Trial[] {
  refuseDecided(train);
  return [...new Set(seeds)].flatMap((seed) =>
    [...new Set(fidelities)].flatMap((fidelity) => {
      const task = (method: PaperMethod, own: TrainConfig, member = 0): SweepTask => {
        const name = `${method}-${fidelity}-seed${seed}${member === 0 ? "" : `-member${member}`}`;
        const fit = { fidelity, seed: seed + member * seedLimit };
        const config = [train, own, { fit }].reduce(mergeConfigs, {});
        return { name, point: { method, fidelity }, seed: fit.seed, config, folder: join(folder, "runs", name) };
      };
      const plain = Array.from({ length: members }, (_, member) =>
        task("deterministic", { model: { bayesian: false } }, member),
      );
      const trial = (method: PaperMethod, tasks: readonly SweepTask[], drawn: number | null): Trial => ({
        method,
        fidelity,
        seed,
        samples: drawn,
        tasks,
      });
      const adversarial = task("adversarial-sampling", { model: { bayesian: true } });
      const variational = task("variational-inference", { model: { bayesian: true }, fit: { ratio: 0 } });
      return [
        trial("adversarial-sampling", [adversarial], samples),
        trial("variational-inference", [variational], samples),
        trial("deterministic", plain.slice(0, 1), null),
        trial("deep-ensemble", plain, null),
      ];
    }),
  );
}

/** Each run once. */
export function tasksOf(trials: readonly Trial[]): SweepTask[] {
  return [...new Set(trials.flatMap(({ tasks }) => tasks))];
}

function refuseDecided(train: TrainConfig): void {
  for (const [room, name] of decided) {
    if (Reflect.get(train[room] ?? {}, name) === undefined) continue;
    throw new AdsamError(
      "usage",
      `${room}.${name}: the experiment decides it itself, by its methods, fidelities and seeds`,
    );
  }
  if (train.fit?.ratio === 0) {
    throw new AdsamError("usage", "fit.ratio: expected more than 0, which is plain VI and compared as such, got 0");
  }
  if (train.folder !== undefined) {
    throw new AdsamError("usage", "folder: the experiment names the folders of its runs itself");
  }
}
