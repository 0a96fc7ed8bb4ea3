import type { TrainingMeans } from "../schema/events.ts";

type Quantity = keyof TrainingMeans;

/** What a training step measures, and nothing of it. */
const nothing = {
  crossEntropy: null,
  kl: null,
  adversarialLoss: null,
  adversarialRise: null,
} satisfies Partial<TrainingMeans>;

/** Sums over the images of an epoch so far, in plain numbers that can be written down. */
export interface EpochSums {
  images: number;
  seconds: number;
  sums: Partial<Record<Quantity, number>>;
}

export function noSums(): EpochSums {
  return { images: 0, seconds: 0, sums: {} };
}

/** Counts a step's means, weighted by its images; null is what the step does not compute. */
export function addStep(epoch: EpochSums, means: TrainingMeans, images: number): void {
  epoch.images += images;
  for (const [name, value] of Object.entries(means) as [Quantity, number | null][]) {
    if (value !== null) epoch.sums[name] = (epoch.sums[name] ?? 0) + value * images;
  }
}

/** Per image; there must have been a step. */
export function meansOf({ images, sums }: EpochSums): TrainingMeans {
  const { loss = Number.NaN, accuracy = Number.NaN, ...others } = sums;
  const means = Object.entries(others).map(([name, total]) => [name, total / images]);
  return { loss: loss / images, ...nothing, ...Object.fromEntries(means), accuracy: accuracy / images };
}
