import type { FitEvent, StepEvent, TrainingMeans } from "../schema/events.ts";
import { checkLoss } from "./divergence.ts";
import { addStep, type EpochSums } from "./measurements.ts";

/** Told of every step and every epoch. */
export type OnEvent = (event: FitEvent) => void;

/** Where in the run a step was taken; the names are those of the step event. */
export interface Place {
  readonly epoch: number;
  readonly step: number;
  readonly batch: number;
  readonly batches: number;
  readonly learningRate: number;
  readonly beta: number | null;
}

/** Adds up an epoch's steps, and tells of each. */
export class StepReporter {
  /** The last step; null before the first. */
  last: StepEvent | null = null;
  readonly #onEvent: OnEvent;
  readonly #sums: EpochSums;
  #since = performance.now();

  /** `sums`: where the epoch's are added up; its time counts from now. */
  constructor(onEvent: OnEvent, sums: EpochSums) {
    this.#onEvent = onEvent;
    this.#sums = sums;
  }

  /** @throws AdsamError `diverged` after a step whose loss is no finite number. */
  add(place: Place, images: number, means: TrainingMeans): void {
    const now = performance.now();
    const seconds = (now - this.#since) / 1000;
    this.#since = now;
    this.#sums.seconds += seconds;
    addStep(this.#sums, means, images);
    this.last = {
      kind: "step",
      timestamp: new Date().toISOString(),
      ...place,
      ...means,
      imagesPerSecond: images / seconds,
    };
    this.#onEvent(this.last);
    checkLoss(this.last);
  }
}
