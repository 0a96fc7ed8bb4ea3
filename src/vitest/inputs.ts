import type { TfjsTensor } from "../conformance/pairs/pair.ts";
import { AdsamError } from "../errors.ts";
import { type Tensor, tensor } from "../tensor.ts";

/** Numbers in rows of one length, to any depth. */
export type Nested = number | readonly Nested[];

/** A tensor of this package or of TensorFlow.js, or nested numbers, which become float32. */
export type MatchInput = Tensor | TfjsTensor | Nested;

function shapeOf(value: Nested): number[] {
  if (typeof value === "number") return [];
  const [first = 0] = value;
  return [value.length, ...shapeOf(first)];
}

function flatten(value: Nested): number[] {
  return typeof value === "number" ? [value] : value.flatMap(flatten);
}

function fromNested(name: string, value: Nested): Tensor {
  const shape = shapeOf(value);
  const flat = flatten(value);
  try {
    return tensor(Float32Array.from(flat), shape);
  } catch (cause) {
    throw new AdsamError(
      "usage",
      `${name}: expected rows of one length, got ${flat.length} numbers for shape [${shape}]`,
      {
        cause,
      },
    );
  }
}

function fromTf(name: string, value: TfjsTensor): Tensor {
  const data: unknown = value.dataSync();
  if (data instanceof Float32Array) return tensor(data.slice(), value.shape);
  if (data instanceof Int32Array) return tensor(BigInt64Array.from(data, BigInt), value.shape);
  if (data instanceof Uint8Array) return tensor(data.slice(), value.shape);
  throw new AdsamError("usage", `${name}: expected numbers or booleans, got a tensor of ${value.dtype}`);
}

/** @throws AdsamError `usage` for rows of different lengths, and for tensors that hold no numbers. */
export function toTensor(name: string, value: MatchInput): Tensor {
  if (typeof value === "number" || Array.isArray(value)) return fromNested(name, value as Nested);
  return "dataSync" in value ? fromTf(name, value) : (value as Tensor);
}
