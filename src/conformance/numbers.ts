import { indexOf, partsOf, type Tensor } from "../tensor.ts";

export { numbers } from "../tensor/numbers.ts";

/** 0 where both are the same number, infinity or NaN; infinite where only one is a number. */
export function absoluteError(a: number, b: number): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  const error = Math.abs(a - b);
  return Number.isNaN(error) ? Infinity : error;
}

/** What message call the number at a place of a tensor's data: `name[i, j, ...]`, of complex ones with its part. */
export function elementName(name: string, { dtype, shape }: Tensor, place: number): string {
  const parts = partsOf(dtype);
  const index = shape.length === 0 ? "" : `[${indexOf(Math.floor(place / parts), shape).join(", ")}]`;
  return `${name}${index}${parts === 1 ? "" : [".real", ".imag"][place % parts]}`;
}

/** Whether two have the same numbers in the same order; NaN is the same as NaN. */
export function sameNumbers(one: Tensor, other: Tensor): boolean {
  if (one.data.length !== other.data.length) return false;
  for (let i = 0; i < one.data.length; i++) {
    const [a, b] = [one.data[i], other.data[i]];
    if (a !== b && String(a) !== String(b)) return false; // bigint or number, whichever holds it
  }
  return true;
}
