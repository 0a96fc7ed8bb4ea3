import type { Tensor } from "../tensor.ts";
import { numbers } from "./numbers.ts";
import { roundoff, smallestNormal } from "./tolerance.ts";

/**
 * How many times what is shown of an element it may be off. More than the 3 of a whole tensor, since a few draws may show
 * next to nothing of one element's rounding; an error that hides behind a larger element is thousands of times as large.
 */
const tolerated = 64;

/** What elements may be off by besides. */
export interface Allowance {
  /** How many terms each element is summed from. */
  readonly reduction: number;
  /** What the errors of kernels may come to at most, in parts of the largest element. */
  readonly excusable: number;
}

/** What runs show of each element of a tensor: how far rounding, and inputs one ulp away, were seen to take it. */
export class Elements {
  readonly #exact: Float64Array;
  readonly #shown: Float64Array;
  readonly #erring: Float64Array;
  readonly #largest: number;
  /** What three in four elements exceed: results on the way to a small one, such as exp(x) - 1, may be of this size. */
  readonly #usual: number;

  /** @param exact what torch computes in float64. */
  constructor(exact: Tensor) {
    this.#exact = numbers(exact);
    this.#shown = new Float64Array(this.#exact.length);
    this.#erring = new Float64Array(this.#exact.length);
    const sizes = this.#exact.map(Math.abs).filter(Number.isFinite).sort();
    this.#usual = sizes[Math.floor(sizes.length / 4)] ?? 0;
    this.#largest = sizes.at(-1) ?? 0;
  }

  /** Notes a run's distance from another one of the same shape. */
  note(run: Tensor, from: Tensor): void {
    const [values, others] = [numbers(run), numbers(from)];
    for (const [i, shown] of this.#shown.entries()) {
      const distance = Math.abs((values[i] ?? 0) - (others[i] ?? 0));
      if (distance > shown) this.#shown[i] = distance;
    }
  }

  /** Notes how far the errors of kernels take each element. */
  noteErring(distances: Float64Array): void {
    for (const [i, distance] of distances.entries()) {
      if (Math.abs(distance) > (this.#erring[i] ?? 0)) this.#erring[i] = Math.abs(distance);
    }
  }

  /** Whether more than half are off by so many times what was shown of each. */
  mostBeyond(values: Float64Array, times: number): boolean {
    let beyond = 0;
    for (const [place, y] of this.#exact.entries()) {
      const rounding = roundoff * Math.max(Math.abs(y), this.#usual);
      if (Math.abs((values[place] ?? 0) - y) > times * Math.max(rounding, this.#shown[place] ?? 0)) beyond += 1;
    }
    return 2 * beyond > this.#exact.length;
  }

  /**
   * The element that is furthest beyond what it may be off, with both; undefined where none is.
   * @param exact what is exact instead of what it was made with.
   */
  beyond(
    ours: Tensor,
    { reduction, excusable }: Allowance,
    exact: Float64Array = this.#exact,
  ): { place: number; error: number; allowed: number } | undefined {
    const values = numbers(ours);
    let worst: { place: number; error: number; allowed: number } | undefined;
    for (const [place, y] of exact.entries()) {
      if (!Number.isFinite(y)) continue;
      const size = Math.max(Math.abs(y), this.#usual);
      const rounding = Math.max(roundoff * Math.sqrt(reduction) * size, smallestNormal);
      const excused = Math.min(this.#erring[place] ?? 0, excusable * this.#largest);
      const allowed = tolerated * Math.max(rounding, this.#shown[place] ?? 0) + excused;
      const error = Math.abs((values[place] ?? 0) - y);
      if (error > allowed && error / allowed > (worst === undefined ? 0 : worst.error / worst.allowed)) {
        worst = { place, error, allowed };
      }
    }
    return worst;
  }
}
