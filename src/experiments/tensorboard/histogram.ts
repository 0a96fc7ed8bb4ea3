import type { Tensor } from "../../tensor.ts";

/** How the values of a tensor are distributed. */
export interface Histogram {
  readonly least: number;
  readonly largest: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** The upper end of each bin, from the least. */
  readonly limits: readonly number[];
  /** How many values are in each bin. */
  readonly counts: readonly number[];
}

/** As many as TensorBoard draws. */
const bins = 30;

/**
 * Of the values that are finite numbers, in bins of equal width; null where there is none.
 * @param change what is counted of each value; itself unless given.
 */
export function histogramOf({ data }: Tensor, change = (value: number) => value): Histogram | null {
  const values = Float64Array.from<number | bigint>(data, (value) => change(Number(value))).filter(Number.isFinite);
  if (values.length === 0) return null;
  let [least, largest, sum, sumOfSquares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const value of values) {
    [least, largest] = [Math.min(least, value), Math.max(largest, value)];
    sum += value;
    sumOfSquares += value * value;
  }
  const width = (largest - least) / bins;
  const moments = { least, largest, count: values.length, sum, sumOfSquares };
  if (width === 0) return { ...moments, limits: [largest], counts: [values.length] };
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.floor((value - least) / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { ...moments, limits: counts.map((_, i) => (i === bins - 1 ? largest : least + (i + 1) * width)), counts };
}
