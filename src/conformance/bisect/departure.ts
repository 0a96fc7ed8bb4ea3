import { indexOf, type Tensor } from "../../tensor.ts";
import { numbers } from "../numbers.ts";
import type { Counterparts, Quantity } from "./counterparts.ts";
import { difference } from "./difference.ts";
import { guess } from "./guess.ts";
import { picture } from "./picture.ts";

/** One number of a tensor that differs. */
export interface DepartingNumber {
  /** Where it is, along each axis. */
  readonly index: readonly number[];
  /** What the left side has. */
  readonly left: number;
  /** What the right side has. */
  readonly right: number;
}

/** The first thing that is not the same on both sides. */
export interface Departure {
  /** What is not the same. */
  readonly quantity: Quantity;
  /** The pass: "state", "train pass", "eval pass" or "training". */
  readonly place: string;
  /** Operation, parameter or buffer. */
  readonly name: string;
  /** On the right side. */
  readonly shape: readonly number[];
  /** Where the error is largest; null where there is nothing to compare number by number. */
  readonly worst: DepartingNumber | null;
  /** Largest absolute error over the largest magnitude on the right. */
  readonly error: number;
  /** What `error` may be. */
  readonly tolerance: number;
  /** Where the error sits, drawn by characters; empty for a single number. */
  readonly picture: string;
  /** What kind of fault it looks like, in words; null where it looks like nothing known. */
  readonly hint: string | null;
}

/** The departure of a pair, or null when it agrees. */
export function departureOf(pair: Counterparts, tolerance: number): Departure | null {
  const { quantity, place, name, left, right } = pair;
  const where = { quantity, place, name, shape: right?.shape ?? left?.shape ?? [], tolerance };
  if (left === null && right === null) return null;
  if (left === null || right === null) {
    const side = left === null ? "left" : "right";
    return { ...where, worst: null, error: Infinity, picture: "", hint: `the ${side} side has no such ${quantity}` };
  }
  if (!sameShape(left, right)) {
    const hint = `shape [${left.shape}] on the left, [${right.shape}] on the right`;
    return { ...where, worst: null, error: Infinity, picture: "", hint };
  }
  const [a, b] = [numbers(left), numbers(right)];
  const { error, scale, worst } = difference(a, b, pair);
  if (error <= tolerance) return null;
  const limit = tolerance * scale;
  const before = pair.before && numbers(pair.before);
  return {
    ...where,
    error,
    worst: { index: indexOf(worst, right.shape), left: a[worst] ?? Number.NaN, right: b[worst] ?? Number.NaN },
    picture: picture(a, b, right.shape, limit),
    hint: pair.hint?.() ?? guess({ left: a, right: b, before, shape: right.shape, limit, share: pair.share }),
  };
}

function sameShape(left: Tensor, right: Tensor): boolean {
  return left.shape.length === right.shape.length && left.shape.every((length, axis) => length === right.shape[axis]);
}
