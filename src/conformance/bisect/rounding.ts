import type { Tensor } from "../../tensor.ts";
import { numbers } from "../numbers.ts";
import type { Counterparts, Quantity } from "./counterparts.ts";
import { difference } from "./difference.ts";

/** The unit roundoff of float32. */
const unit = 2 ** -24;

/** Terms of an operation that says nothing of them: a few roundings. */
const fewTerms = 8;

/** How many times the distance that shows itself the left side may be away. */
const factor = 3;

/** How much the left side's distance may grow against the yardstick's from one operation to the next. */
const drift = 2;

/** What starts at 0: no forward has touched it. */
const untouched: readonly Quantity[] = ["value", "state", "kl"];

/** Distances from the right side, as large as they have been so far on a pass. */
interface Reached {
  readonly yardstick: number;
  readonly left: number;
}

/**
 * How far rounding may take the left side. What an operation adds is shown by a yardstick, the right side computed in the
 * left's dtype, and is at least u * sqrt(n) for sums of n terms, for where the yardstick is exact by luck (Higham, Accuracy
 * and Stability of Numerical Algorithms, 4.2). Along a pass the error of an operation adds to those before it: so the
 * tolerance is `factor` times the largest of these so far. What was tolerated goes on: where the next operation makes more of
 * it (batch norm, where the mean is large), it does so on both sides, and the left may keep its ratio to the yardstick.
 * Values start at 0 in each pass; what is made of values (the loss, statistics, gradients, steps) starts with what they
 * reached. Without a yardstick the errors of k operations are taken to add up as independent ones do, by the square root of k.
 */
export class Tolerances {
  readonly #passes = new Map<string, Reached>();
  #values: Reached = { yardstick: 0, left: 0 };
  #operations = 0;

  of({ place, quantity, left, right, yardstick, scale, share, terms = fewTerms }: Counterparts): number {
    this.#operations += 1;
    const key = `${place}/${quantity}/${share ?? 0}`;
    const before = this.#passes.get(key) ?? (untouched.includes(quantity) ? { yardstick: 0, left: 0 } : this.#values);
    const rounding = unit * Math.sqrt(Math.max(terms, fewTerms));
    const distance = (side: Tensor | null | undefined) =>
      side && right ? difference(numbers(side), numbers(right), { scale, share }).error : 0;
    const measured = distance(yardstick);
    const shown = Math.max(before.yardstick, Number.isFinite(measured) ? measured : 0);
    const carried = yardstick ? (drift * before.left * shown) / Math.max(before.yardstick, unit) : 0;
    const guessed = yardstick ? 1 : Math.sqrt(this.#operations);
    const tolerance = Math.max(factor * guessed * Math.max(shown, rounding), carried);
    const reached = { yardstick: shown, left: Math.max(before.left, Math.min(distance(left), tolerance)) };
    this.#passes.set(key, reached);
    if (quantity === "value" && reached.yardstick >= this.#values.yardstick) this.#values = reached;
    return tolerance;
  }
}
