import { indexOf, type Tensor } from "../tensor.ts";

/** A tensor's numbers, as they are compared. */
export function numbers({ data }: Tensor): Float64Array {
  if (data instanceof Float64Array) return data;
  // Several times as fast as Float64Array.from, which iterates.
  return data instanceof BigInt64Array ? Float64Array.from(data, Number) : new Float64Array(data);
}

/** 0 where both are the same number, infinity or NaN; infinite where only one is a number. */
export function absoluteError(a: number, b: number): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  const error = Math.abs(a - b);
  return Number.isNaN(error) ? Infinity : error;
}

/** `name[i, j, ...]` of the element at a place in row-major order. */
export function elementName(name: string, shape: readonly number[], place: number): string {
  return shape.length === 0 ? name : `${name}[${indexOf(place, shape).join(", ")}]`;
}
