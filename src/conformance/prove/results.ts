import { AdsamError } from "../../errors.ts";
import { isPlain } from "../../interop/kinds.ts";
import { type DtypeArrays, type PlainDtype, plainDtypeOf } from "../../tensor/dtypes.ts";
import { isNested, toTensor } from "../../tensor/nested.ts";
import { isTfjsTensor } from "../../tensor/tfjs-tensor.ts";
import { elementCount, isTensor, kindOf, type NamedTensors, type Tensor, tensor } from "../../tensor.ts";
import { numbers } from "../numbers.ts";

/** What Python gave: the names, shapes and dtypes that what the port gives is read by. */
export interface Expected {
  /** Whether it returned one thing, and no tuple or record. */
  readonly single: boolean;
  readonly outputs: NamedTensors;
}

/** What a port gives under one name, whatever holds its numbers. */
export interface Leaf {
  readonly name: string;
  readonly value: unknown;
}

/**
 * What a port returned by Python's names: items by index, fields by name; nothing and null are left out.
 * @throws AdsamError `usage` for what holds no numbers.
 */
export function leavesOf(returned: unknown, { single, outputs }: Expected): Leaf[] {
  const isWhole = single && (!Array.isArray(returned) || isNested(returned));
  return isWhole && isLeaf(returned) ? [{ name: "output.0", value: returned }] : within("output", returned, outputs);
}

function within(place: string, value: unknown, outputs: NamedTensors): Leaf[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && !(place in outputs && isNested(value))) {
    return value.flatMap((item: unknown, i) => within(`${place}.${i}`, item, outputs));
  }
  if (isLeaf(value)) return [{ name: place === "output" ? "output.0" : place, value }];
  if (typeof value === "object" && isPlain(value)) {
    return Object.entries(value).flatMap(([name, item]) => within(`${place}.${name}`, item, outputs));
  }
  throw new AdsamError("usage", `${place}: expected the port to give tensors or numbers, got ${kindOfValue(value)}`);
}

function kindOfValue(value: unknown): string {
  return typeof value === "object" && value !== null ? (value.constructor?.name ?? "an object") : typeof value;
}

function isLeaf(value: unknown): boolean {
  const plain = typeof value === "number" || typeof value === "boolean" || typeof value === "bigint";
  return plain || isTfjsTensor(value) || isTensor(value) || isNested(value) || plainDtypeOf(value) !== undefined;
}

/**
 * A leaf as a tensor, of the shape that Python gave where it has none of its own. Real numbers are of one kind, whatever width
 * Python has them in: TensorFlow.js has one alone.
 */
export function leafTensor({ name, value }: Leaf, like: Tensor | undefined): Tensor {
  const read = readLeaf(name, value, like);
  if (like === undefined || read.dtype === like.dtype) return read;
  const real = kindOf(read.dtype) === "real" && kindOf(like.dtype) === "real";
  if (!real) return read;
  const wide = like.dtype === "float64";
  return tensor(wide ? Float64Array.from(numbers(read)) : Float32Array.from(numbers(read)), read.shape);
}

function readLeaf(name: string, value: unknown, like: Tensor | undefined): Tensor {
  if (typeof value === "boolean") return tensor(Uint8Array.of(value ? 1 : 0), [], "bool");
  if (typeof value === "bigint") return tensor(BigInt64Array.of(value), []);
  const whole = like !== undefined && kindOf(like.dtype) === "integer";
  if (typeof value === "number") {
    return whole && Number.isSafeInteger(value)
      ? tensor(BigInt64Array.of(BigInt(value)), [])
      : tensor(Float64Array.of(value), []);
  }
  const dtype = plainDtypeOf(value);
  if (dtype !== undefined) {
    const data = value as DtypeArrays[PlainDtype];
    const shape = like !== undefined && elementCount(like.shape) === data.length ? like.shape : [data.length];
    return like?.dtype === "bool" && data instanceof Uint8Array
      ? tensor(data.slice(), shape, "bool")
      : tensor(data.slice(), shape);
  }
  const read = withLostAxes(toTensor(name, value), Array.isArray(value) ? like : undefined);
  const integers = whole && Array.isArray(value) && numbers(read).every(Number.isSafeInteger);
  return integers ? tensor(BigInt64Array.from(numbers(read), BigInt), read.shape) : read;
}

/** Rows that hold nothing cannot say how long they would be: `[]` is what `[0,3]` is in rows. */
function withLostAxes(read: Tensor, like: Tensor | undefined): Tensor {
  const lost = like !== undefined && elementCount(like.shape) === 0 && read.shape.every((n, i) => n === like.shape[i]);
  return lost && elementCount(read.shape) === 0 ? { ...read, shape: like.shape } : read;
}
