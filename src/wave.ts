import type { Digest } from "./schema/results.ts";
import type { Tensor } from "./tensor.ts";

/**
 * wave(k, n)[i] = sin(12.9898 (i + 1) + 78.233 (k + 1)): numbers that any language can repeat in place of random ones.
 * Two rounded products and one rounded sum in float64, no fused multiply-add (docs/golden-format.md).
 */
export function wave(k: number, n: number): Float64Array {
  const values = new Float64Array(n);
  const phase = 78.233 * (k + 1);
  for (let i = 0; i < n; i++) values[i] = sine(12.9898 * (i + 1) + phase);
  return values;
}

/** pi in three parts: the first two have 27 digits, so that their multiples up to 2^26 are exact (Cody and Waite 1980). */
const [high, middle, low] = [0x6487ed5 / 2 ** 25, 0x442d184 / 2 ** 55, 1.1442377452219664e-17];

/** Math.sin to 5e-16. Of large numbers V8's own takes seven times as long, which is most of what a wave of millions costs. */
function sine(x: number): number {
  if (x < 2 ** 19 || x > 2 ** 27) return Math.sin(x);
  const half = Math.round(x / Math.PI);
  const value = Math.sin(x - half * high - half * middle - half * low);
  return half % 2 === 0 ? value : -value;
}

/** Which wave the third number of a digest projects on. */
const projection = 5000;
let longestDirection = wave(projection, 0);

/** wave(5000, n), kept: a shorter wave is the beginning of a longer one. */
function direction(n: number): Float64Array {
  if (longestDirection.length < n) longestDirection = wave(projection, n);
  return longestDirection.subarray(0, n);
}

/** A sum that carries what each addition rounds off (Neumaier 1974), so that millions of terms lose nothing. */
class Sum {
  #total = 0;
  #lost = 0;

  add(term: number): void {
    const total = this.#total + term;
    this.#lost += Math.abs(this.#total) >= Math.abs(term) ? this.#total - total + term : term - total + this.#total;
    this.#total = total;
  }

  get value(): number {
    // Once the total is infinite or NaN, what was lost is NaN and says nothing.
    return Number.isFinite(this.#total) ? this.#total + this.#lost : this.#total;
  }
}

/** [sum t, sqrt(sum t^2), sum(t * wave(5000, n))] of a tensor t of n numbers. */
export function digest({ data }: Tensor): Digest {
  const along = direction(data.length);
  const sum = new Sum();
  const squares = new Sum();
  const projected = new Sum();
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    sum.add(value);
    squares.add(value * value);
    projected.add(value * (along[i] ?? 0));
  }
  return [sum.value, Math.sqrt(squares.value), projected.value];
}
