import * as tf from "@tensorflow/tfjs-core";
import { AdsamError } from "../errors.ts";
import { numbers } from "../tensor/numbers.ts";
import { type Dtype, kindOf, type Tensor, tensor } from "../tensor.ts";

/** Parameters or buffers by name, in order. */
export type NamedVariables = ReadonlyMap<string, tf.Variable>;

/**
 * A copy of real numbers or integers as a float32 tf tensor: real numbers are rounded, integers keep all their digits.
 * @throws AdsamError `usage` for bools, complex numbers, and integers that float32 does not hold.
 */
export function toFloat32(values: Tensor): tf.Tensor {
  const kind = kindOf(values.dtype);
  if (kind !== "real" && kind !== "integer") throw wrongKind("real numbers", values);
  // tfjs keeps the array itself until the first operation, so it must be one that nobody else writes to.
  const copy = values.dtype === "float32" ? values.data.slice() : new Float32Array(numbers(values));
  const rounded = kind === "integer" ? copy.findIndex((value, i) => BigInt(value) !== BigInt(values.data[i] ?? 0)) : -1;
  if (rounded >= 0) throw new AdsamError("usage", `expected integers that float32 holds, got ${values.data[rounded]}`);
  const beyond = values.dtype === "float64" ? values.data.find((value, i) => isLost(value, copy[i])) : undefined;
  if (beyond === undefined) return tf.tensor(copy, [...values.shape], "float32");
  throw new AdsamError("usage", `expected numbers that float32 holds, got ${beyond}`);
}

/**
 * A copy of integers as an int32 tf tensor.
 * @throws AdsamError `usage` for numbers of another kind, and for integers beyond 32 bits.
 */
function toInt32(values: Tensor): tf.Tensor {
  if (kindOf(values.dtype) !== "integer") throw wrongKind("integers", values);
  const beyond = values.data.find((value) => BigInt.asIntN(32, BigInt(value)) !== BigInt(value));
  if (beyond !== undefined) throw new AdsamError("usage", `expected integers of 32 bits, got ${beyond}`);
  return tf.tensor(Int32Array.from<number | bigint>(values.data, Number), [...values.shape], "int32");
}

/** Whether a number became infinite. */
function isLost(value: number, rounded = Number.NaN): boolean {
  return Number.isFinite(value) && !Number.isFinite(rounded);
}

function wrongKind(expected: string, { dtype }: Tensor): AdsamError {
  return new AdsamError("usage", `expected ${expected}, got ${dtype}`);
}

/** A copy of a tf tensor's numbers: float32 as it is, int32 as int64. Waits for the engine. */
export function fromTf(source: tf.Tensor): Tensor<"float32" | "int64"> {
  const values = source.dataSync();
  // The array may be the engine's own, hence the copies.
  if (source.dtype === "int32") return tensor(BigInt64Array.from(values, BigInt), source.shape);
  return tensor(Float32Array.from(values), source.shape);
}

/** Overwrites a variable in its own dtype. The shapes must be the same. */
export function overwrite(variable: tf.Variable, values: Tensor): void {
  tf.tidy(() => variable.assign(variable.dtype === "int32" ? toInt32(values) : toFloat32(values)));
}

/** The dtype in which others see a variable: torch counts in int64. */
export function outerDtype({ dtype }: tf.Tensor): Dtype {
  return dtype === "int32" ? "int64" : "float32";
}

/** [N, C, H, W] to [N, H, W, C], the layout inside the twin; [C, H, W] to [H, W, C]. */
export function channelsLast(x: tf.Tensor): tf.Tensor {
  return x.rank === 3 ? tf.transpose(x, [1, 2, 0]) : tf.transpose(x, [0, 2, 3, 1]);
}

/** [N, H, W, C] to torch's [N, C, H, W]; [H, W, C] to [C, H, W]. */
export function channelsFirst(x: tf.Tensor): tf.Tensor {
  return x.rank === 3 ? tf.transpose(x, [2, 0, 1]) : tf.transpose(x, [0, 3, 1, 2]);
}

/** The shape that images [N, C, H, W] have inside the twin. */
export function inside([count = 0, channels = 0, ...size]: readonly number[]): number[] {
  return [count, ...size, channels];
}

/** The shape that a tensor inside the twin has in torch's layout, as messages tell it. */
export function torchShape(shape: readonly number[]): string {
  const [channels, ...rest] = [shape.at(-1), ...shape.slice(-3, -1)];
  const torch = shape.length < 3 ? shape : [...shape.slice(0, -3), channels, ...rest];
  return `[${torch.join(", ")}]`;
}
