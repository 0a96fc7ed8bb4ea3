import { elementCount, indexOf } from "../../tensor.ts";
import { absoluteError } from "../numbers.ts";

/** Two tensors of one shape that differ by more than `limit` somewhere. */
export interface Evidence {
  readonly left: Float64Array;
  readonly right: Float64Array;
  /** What both were before. */
  readonly before?: Float64Array | undefined;
  readonly shape: readonly number[];
  readonly limit: number;
  /** Part of the elements that may be anything. */
  readonly share?: number | undefined;
}

type Look = (evidence: Evidence) => string | null;

/** Whether no more than `share` of the elements, and one if it is not 0, differ by more than the limit. */
function agree(a: ArrayLike<number>, b: ArrayLike<number>, limit: number, share = 0): boolean {
  let others = share === 0 ? 0 : Math.floor(share * b.length) + 1;
  for (let i = 0; i < b.length; i++) {
    if (absoluteError(a[i] ?? Number.NaN, b[i] ?? Number.NaN) > limit && --others < 0) return false;
  }
  return true;
}

/** The k (a median) of left = k right, if it explains left; null otherwise. */
function commonFactor(left: Float64Array, right: Float64Array, limit: number, share = 0): number | null {
  const ratios = Array.from(right, (b, i) => (Math.abs(b) > limit ? (left[i] ?? Number.NaN) / b : [])).flat();
  const factor = ratios.toSorted((a, b) => a - b)[ratios.length >> 1];
  if (factor === undefined || !Number.isFinite(factor) || ratios.length < 2) return null;
  const scaled = right.map((b) => factor * b);
  return agree(left, scaled, 2 * limit * Math.max(1, Math.abs(factor)), share) ? factor : null;
}

const notFinite: Look = ({ left, right }) => {
  const only = (a: Float64Array, b: Float64Array) => a.some((x, i) => !Number.isFinite(x) && Number.isFinite(b[i]));
  if (only(left, right)) return "NaN or infinity on the left only: a division, logarithm or root out of its range";
  return only(right, left) ? "NaN or infinity on the right only" : null;
};

const stale: Look = ({ left, before, limit, share }) =>
  before !== undefined && agree(left, before, limit, share) ? "still what it was before: not refreshed" : null;

const nothing: Look = ({ left }) =>
  left.every((value) => value === 0) ? "all zero: never computed, or cut off from the graph" : null;

const border: Look = ({ left, right, shape, limit }) => {
  const [width = 0, height = 0] = shape.toReversed();
  if (shape.length < 4 || width < 4 || height < 4) return null;
  const inside = (i: number) => {
    const [x = 0, y = 0] = indexOf(i, shape).toReversed();
    return x > 0 && y > 0 && x < width - 1 && y < height - 1;
  };
  const clean = right.every((b, i) => !inside(i) || absoluteError(left[i] ?? Number.NaN, b) <= limit);
  return clean ? "only the border: padding" : null;
};

const transposed: Look = ({ left, right, shape, limit }) => {
  const [columns = 0, rows = 0] = shape.toReversed();
  if (shape.length < 2 || columns !== rows || columns < 2) return null;
  const size = rows * columns;
  const turned = right.map((_, i) => {
    const at = i % size;
    return right[i - at + (at % columns) * rows + Math.floor(at / columns)] ?? 0;
  });
  return agree(left, turned, limit) ? "equal once rows and columns are exchanged: transposed" : null;
};

/** The values, or what has changed of them where it is known what they were. */
function change(values: Float64Array, before: Float64Array | undefined): Float64Array {
  return before === undefined ? values : values.map((value, i) => value - (before[i] ?? 0));
}

const scaled: Look = ({ left, right, before, limit, share }) => {
  const factor = commonFactor(change(left, before), change(right, before), limit, share);
  if (factor === null || Math.abs(factor - 1) < 1e-3) return null;
  const what = before === undefined ? "" : "the change is ";
  if (Math.abs(factor + 1) < 1e-3) return `${what}the negative: a sign`;
  return `${what}${Number(factor.toPrecision(3))} times what it should be: a constant factor`;
};

const otherSigns: Look = ({ left, right, before, limit, share }) => {
  if (before === undefined) return null;
  const length = (values: Float64Array) => change(values, before).map(Math.abs);
  return agree(length(left), length(right), limit, share)
    ? "the change is as large as it should be, with other signs: another gradient decides"
    : null;
};

const unclipped: Look = ({ left, right, limit }) => {
  if (!right.some((b) => b === 0) || right.some((b) => b < 0) || !left.some((a) => a < -limit)) return null;
  const elsewhere = right.every((b, i) => b === 0 || absoluteError(left[i] ?? Number.NaN, b) <= limit);
  return elsewhere ? "different only where the right is clipped to 0: relu missing or leaky" : null;
};

/** Channel by channel: the numbers of each along the other axes, in order. */
function channels(values: Float64Array, shape: readonly number[]): number[][] {
  const [, count = 1] = shape;
  const inner = elementCount(shape.slice(2));
  const found = Array.from({ length: count }, (): number[] => []);
  for (const [i, value] of values.entries()) found[Math.floor(i / inner) % count]?.push(value);
  return found;
}

const shifted: Look = ({ left, right, shape, limit }) => {
  if (shape.length < 2 || shape[0] === 1) return null;
  const gaps = channels(
    right.map((b, i) => (left[i] ?? Number.NaN) - b),
    shape,
  );
  const even = gaps.every((gap) =>
    agree(
      gap,
      gap.map(() => gap[0] ?? 0),
      2 * limit,
    ),
  );
  return even ? "off by one number a channel: a bias missing or wrong" : null;
};

const permuted: Look = ({ left, right, shape, limit }) => {
  if (shape.length < 4) return null;
  const found = channels(right, shape);
  const sources = channels(left, shape).map((channel) => found.findIndex((other) => agree(channel, other, limit)));
  return sources.includes(-1) ? null : "the same channels in another order";
};

const looks: readonly Look[] = [
  notFinite,
  stale,
  nothing,
  unclipped,
  transposed,
  border,
  scaled,
  otherSigns,
  shifted,
  permuted,
];

/** What kind of fault the numbers look like, in words; null when they look like none of those known. */
export function guess(evidence: Evidence): string | null {
  for (const look of looks) {
    const hint = look(evidence);
    if (hint !== null) return hint;
  }
  return null;
}
