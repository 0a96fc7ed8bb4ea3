import { AdsamError } from "../errors.ts";
import { isTensor, type Tensor, tensor } from "../tensor.ts";
import { fromTfjs } from "./tfjs.ts";
import { isTfjsTensor, type TfjsTensor } from "./tfjs-tensor.ts";

/** Numbers in rows of one length, to any depth. */
export type Nested = number | readonly Nested[];

/** A tensor of this package or of TensorFlow.js, or nested numbers, which become float32. */
export type MatchInput = Tensor | TfjsTensor | Nested;

function shapeOf(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...(value.length > 0 ? shapeOf(value[0]) : [])] : [];
}

function flatten(name: string, value: unknown): number[] {
  if (Array.isArray(value)) return value.flatMap((row: unknown) => flatten(name, row));
  if (typeof value === "number") return [value];
  throw new AdsamError("usage", `${name}: expected numbers in rows, got ${typeof value} ${String(value)}`);
}

function fromNested(name: string, value: unknown): Tensor {
  const shape = shapeOf(value);
  const flat = flatten(name, value);
  if (isEven(value, shape)) return tensor(Float32Array.from(flat), shape);
  throw new AdsamError(
    "usage",
    `${name}: expected rows of one length, got ${flat.length} numbers for shape [${shape}]`,
  );
}

/** Whether all rows are as long as the first. */
function isEven(value: unknown, [length, ...inner]: readonly number[]): boolean {
  if (length === undefined) return !Array.isArray(value);
  return Array.isArray(value) && value.length === length && value.every((row) => isEven(row, inner));
}

/** @throws AdsamError `usage` for rows of different lengths, and for what holds no numbers. */
export function toTensor(name: string, value: unknown): Tensor {
  if (typeof value === "number" || Array.isArray(value)) return fromNested(name, value);
  if (isTensor(value)) return value;
  if (isTfjsTensor(value)) return fromTfjs(value, name);
  throw new AdsamError(
    "usage",
    `${name}: expected a tensor or nested numbers, got ${value === null ? "null" : typeof value}`,
  );
}

/** Whether a value is numbers in rows; whether the rows are of one length is not looked at. */
export function isNested(value: unknown): boolean {
  return typeof value === "number" || (Array.isArray(value) && value.every(isNested));
}
