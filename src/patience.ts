import type { EpochEvent } from "./schema/events.ts";
import type { FitOptions } from "./schema/options.ts";
import type { Best } from "./schema/results.ts";

/** The best epoch once this one is over: of equal ones the first; null without a metric. */
export function better(
  { epoch, train, validation }: EpochEvent,
  best: Best | null,
  { metric }: FitOptions,
): Best | null {
  const [kind, name] = metric.split("/") as ["train" | "validation", "loss" | "accuracy"];
  const value = (kind === "train" ? train : validation)?.[name];
  if (value === undefined) return null;
  const isBest = best === null || (name === "accuracy" ? value > best.value : value < best.value);
  return isBest ? { epoch, value } : best;
}

/** Whether so many epochs have gone by without a best one that the run ends. */
export function isSpent(epochs: number, best: Best | null, { patience }: FitOptions): boolean {
  return patience !== null && best !== null && epochs - 1 - best.epoch >= patience;
}
