import type { Digest } from "../schema/results.ts";
import type { Tensor } from "../tensor.ts";

/**
 * wave(k, n)[i] = sin(12.9898 (i + 1) + 78.233 (k + 1)): numbers that any language can repeat in place of random ones.
 * Two rounded products and one rounded sum in float64, no fused multiply-add (REFERENCE "golden/").
 */
export function wave(k: number, n: number): Float64Array {
  const phase = 78.233 * (k + 1);
  return Float64Array.from({ length: n }, (_, i) => Math.sin(12.9898 * (i + 1) + phase));
}

/** Which wave the third number of a digest projects on. */
const projection = 5000;

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
export function digest({ data }: Pick<Tensor, "data">): Digest {
  const direction = wave(projection, data.length);
  const sum = new Sum();
  const squares = new Sum();
  const projected = new Sum();
  direction.forEach((along, i) => {
    const value = Number(data[i]);
    sum.add(value);
    squares.add(value * value);
    projected.add(value * along);
  });
  return [sum.value, Math.sqrt(squares.value), projected.value];
}
