import type { Tensor } from "../tensor.ts";
import { numbers } from "./numbers.ts";
import { roundoff, smallestNormal } from "./tolerance.ts";

/**
 * How many times what is shown of an element it may be off. More than the 3 of a whole tensor, since a few draws may show
 * next to nothing of one element's rounding; an error that hides behind a larger element is thousands of times as large.
 */
const tolerated = 64;

/** What runs show of each element of a tensor: how far rounding, and inputs one ulp away, were seen to take it. */
export class Elements {
  readonly #exact: Float64Array;
  readonly #shown: Float64Array;
  /** What three in four elements exceed: results on the way to a small one, such as exp(x) - 1, may be of this size. */
  readonly #usual: number;

  /** @param exact what torch computes in float64. */
  constructor(exact: Tensor) {
    this.#exact = numbers(exact);
    this.#shown = new Float64Array(this.#exact.length);
    const sizes = this.#exact.map(Math.abs).filter(Number.isFinite).sort();
    this.#usual = sizes[Math.floor(sizes.length / 4)] ?? 0;
  }

  /** Notes a run's distance from another one of the same shape. */
  note(run: Tensor, from: Tensor): void {
    const [values, others] = [numbers(run), numbers(from)];
    for (const [i, shown] of this.#shown.entries()) {
      const distance = Math.abs((values[i] ?? 0) - (others[i] ?? 0));
      if (distance > shown) this.#shown[i] = distance;
    }
  }

  /**
   * The element that is furthest beyond what it may be off, with both; undefined where none is.
   * @param reduction how many terms each element is summed from.
   */
  beyond(ours: Tensor, reduction: number): { place: number; error: number; allowed: number } | undefined {
    const values = numbers(ours);
    let worst: { place: number; error: number; allowed: number } | undefined;
    for (const [place, exact] of this.#exact.entries()) {
      if (!Number.isFinite(exact)) continue;
      const size = Math.max(Math.abs(exact), this.#usual);
      const rounding = Math.max(roundoff * Math.sqrt(reduction) * size, smallestNormal);
      const allowed = tolerated * Math.max(rounding, this.#shown[place] ?? 0);
      const error = Math.abs((values[place] ?? 0) - exact);
      if (error > allowed && error / allowed > (worst === undefined ? 0 : worst.error / worst.allowed)) {
        worst = { place, error, allowed };
      }
    }
    return worst;
  }
}
