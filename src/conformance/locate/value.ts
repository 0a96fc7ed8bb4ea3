import { elementCount } from "../../tensor.ts";

/** A tensor that came to be in a run. */
export interface Value {
  readonly shape: readonly number[];
  /** All numbers in row-major order, or the order statistics of a large tensor. */
  readonly values: Float64Array;
  readonly whole: boolean;
  /** Mean and mean square of what is finite: cheap to compare before anything is sorted. */
  readonly mean: number;
  readonly square: number;
  /** How far float32 takes it from float64; null where that is not known. */
  readonly rounding: number | null;
}

/** Elements up to which a value is kept whole; adsam_bridge/tracing/values.py has the same two. */
const whole = 1 << 16;
const statistics = 4096;

/** Of the size of the numbers: a few roundings of float32. */
const fewRoundings = 1.5e-6;

/** The same where nothing shows how far rounding goes. */
const unknownRounding = 2e-5;

/** Smaller numbers of float32's count as 0: processors may take them for that. */
const smallestNormal = 2 ** -126;

/** How many times as far as torch in float32 the other side may be. */
const factor = 6;

/** A value of numbers; of many their order statistics. */
export function snapshotOf(numbers: Float64Array, shape: readonly number[]): Value {
  let [count, sum, squares] = [0, 0, 0];
  for (const x of numbers) {
    if (!Number.isFinite(x)) continue;
    count += 1;
    sum += x;
    squares += x * x;
  }
  const moments = { mean: count === 0 ? 0 : sum / count, square: count === 0 ? 0 : squares / count };
  if (numbers.length <= whole) return { shape, values: numbers, whole: true, ...moments, rounding: null };
  const ordered = numbers.toSorted();
  const values = Float64Array.from(
    { length: statistics },
    (_, i) => ordered[Math.floor((i * (ordered.length - 1)) / (statistics - 1))] ?? 0,
  );
  return { shape, values, whole: false, ...moments, rounding: null };
}

const sorted = new WeakMap<Value, Float64Array>();

function ordered(value: Value): Float64Array {
  const known = sorted.get(value);
  if (known !== undefined) return known;
  const made = value.whole ? value.values.toSorted() : value.values;
  sorted.set(value, made);
  return made;
}

/** The magnitude that most numbers stay below: a mask of -1e9 is not what the others are measured by. */
function size(value: Value): number {
  const magnitudes = ordered(value).map(Math.abs).filter(Number.isFinite).sort();
  const most = magnitudes.at(-1) ?? 0;
  const usual = magnitudes[Math.floor(magnitudes.length / 2)] ?? 0;
  return most > 1e6 * Math.max(usual, 1) ? Math.max(usual, 1) : most;
}

const limits = new WeakMap<Value, number>();

/** How far a number may be off, whatever its size. */
function limitOf(value: Value): number {
  const known = limits.get(value);
  if (known !== undefined) return known;
  const scale = size(value);
  const masked = (ordered(value).at(-1) ?? 0) > scale || -(ordered(value)[0] ?? 0) > scale;
  const shown = value.rounding === null || (masked && value.rounding > 1e-3 * scale) ? 0 : factor * value.rounding;
  const limit = Math.max(shown, (value.rounding === null ? unknownRounding : fewRoundings) * scale, smallestNormal);
  limits.set(value, limit);
  return limit;
}

function near(a: ArrayLike<number>, b: ArrayLike<number>, limit: number): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < b.length; i++) {
    const [x, y] = [a[i] ?? Number.NaN, b[i] ?? Number.NaN];
    if (Object.is(x, y) || x === y) continue;
    if (!(Math.abs(x - y) <= Math.max(limit, fewRoundings * Math.abs(y)))) return false;
  }
  return true;
}

/** Whether a value of the port is one of Python's, up to layout and rounding. */
export function agrees(python: Value, port: Value): boolean {
  if (python.whole !== port.whole || python.values.length !== port.values.length) return false;
  const limit = limitOf(python);
  if (Math.abs(python.mean - port.mean) > limit + fewRoundings * Math.sqrt(python.square) + 1e-30) return false;
  return near(ordered(port), ordered(python), limit);
}

/** Whether it is so number by number. */
export function equals(python: Value, port: Value): boolean {
  return near(port.values, python.values, limitOf(python));
}

/** Whether it is so in the same order, or one that exchanging axes gives; true for what is not kept whole. */
export function sameOrder(python: Value, port: Value): boolean {
  if (!python.whole) return true;
  const limit = limitOf(python);
  const [one, other] = [squeezed(python.shape), squeezed(port.shape)];
  if (one.length > 4 || other.length > 4) return true;
  return (
    permutations(one.length).some((axes) => near(port.values, permuted(python.values, one, axes), limit)) ||
    permutations(other.length).some((axes) => near(permuted(port.values, other, axes), python.values, limit))
  );
}

const squeezed = (shape: readonly number[]) => shape.filter((length) => length !== 1);

function permutations(count: number): number[][] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((rest) =>
    Array.from({ length: count }, (_, i) => [...rest.slice(0, i), count - 1, ...rest.slice(i)]),
  );
}

function permuted(values: Float64Array, shape: readonly number[], axes: readonly number[]): Float64Array {
  const strides = shape.map((_, i) => elementCount(shape.slice(i + 1)));
  const lengths = axes.map((axis) => shape[axis] ?? 1);
  const steps = axes.map((axis) => strides[axis] ?? 1);
  const index = lengths.map(() => 0);
  return Float64Array.from({ length: values.length }, () => {
    const at = index.reduce((sum, i, axis) => sum + i * (steps[axis] ?? 0), 0);
    for (let axis = lengths.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (lengths[axis] ?? 1)) break;
      index[axis] = 0;
    }
    return values[at] ?? 0;
  });
}

/** Whether meeting it says anything: not one of few whole numbers, as masks and counts are. */
export function tells({ values }: Value): boolean {
  let found = 0;
  const seen = new Set<number>();
  for (const x of values) {
    if (Number.isInteger(x) || !Number.isFinite(x) || seen.has(x)) continue;
    seen.add(x);
    found += 1;
    if (found > 1) return true;
  }
  return found === 1 && values.length === 1;
}
