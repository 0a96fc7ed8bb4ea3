import type { Tensor } from "../../tensor.ts";

/** What can part, in the order in which it is looked for within a pass. */
export type Quantity = "state" | "value" | "kl" | "loss" | "gradient" | "statistic" | "step";

/** The same thing on both sides. */
export interface Counterparts {
  readonly quantity: Quantity;
  /** The pass that it belongs to. Rounding errors spread along the pairs of one quantity in one pass. */
  readonly place: string;
  readonly name: string;
  /** null where a side has nothing of that name. */
  readonly left: Tensor | null;
  readonly right: Tensor | null;
  /** What `right` becomes in the left side's dtype. */
  readonly yardstick?: Tensor | null | undefined;
  /** What it was on both sides before the pass that made it. */
  readonly before?: Tensor | undefined;
  /** What errors are relative to where `right` itself is smaller: the size of the terms that it is a sum of. */
  readonly scale?: number;
  /** How many terms each number is summed from. */
  readonly terms?: number;
  /** Part of the elements that may be anything, and one more: where a sign decides, rounding may turn it. */
  readonly share?: number;
  /** What the fault looks like to those who know how the pair came to be. */
  readonly hint?: () => string | null;
}
