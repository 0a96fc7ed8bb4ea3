import { absoluteError } from "../numbers.ts";

/** How far the numbers of a tensor are from those of another, as one number and where it is worst. */
export interface Difference {
  /** Largest absolute error over the largest magnitude on the right; infinite where one side alone is not finite. */
  readonly error: number;
  /** What errors were divided by. */
  readonly scale: number;
  /** Place of the largest error, in row-major order. */
  readonly worst: number;
}

export function largest(values: Float64Array): number {
  let found = 0;
  for (const value of values) if (Number.isFinite(value)) found = Math.max(found, Math.abs(value));
  return found;
}

interface Measure {
  /** Least magnitude that errors are relative to. */
  readonly scale?: number | undefined;
  /** Part of the elements, those with the largest errors, that is left out, and one element more. */
  readonly share?: number | undefined;
}

export function difference(left: Float64Array, right: Float64Array, { scale = 0, share }: Measure = {}): Difference {
  const errors = right.map((b, i) => absoluteError(left[i] ?? Number.NaN, b));
  const most = share === undefined ? maximum(errors) : quantile(errors, share);
  const size = Math.max(largest(right), scale);
  return { error: most === 0 ? 0 : most / size, scale: size, worst: Math.max(0, errors.indexOf(most)) };
}

export function maximum(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

function quantile(errors: Float64Array, share: number): number {
  const leftOut = Math.floor(share * errors.length) + 1;
  return leftOut >= errors.length ? 0 : ranked(errors.slice(), errors.length - 1 - leftOut);
}

/** The number that would stand at a place if the values were sorted, which they are not: sorting takes five times as long (Hoare 1961). */
function ranked(values: Float64Array, place: number): number {
  let [from, to] = [0, values.length - 1];
  while (from < to) {
    const pivot = values[(from + to) >> 1] ?? 0;
    let [i, j] = [from, to];
    while (i <= j) {
      while ((values[i] ?? 0) < pivot) i++;
      while ((values[j] ?? 0) > pivot) j--;
      if (i > j) break;
      const other = values[i] ?? 0;
      values[i++] = values[j] ?? 0;
      values[j--] = other;
    }
    if (place <= j) to = j;
    else if (place >= i) from = i;
    else break;
  }
  return values[place] ?? 0;
}
