import * as tf from "@tensorflow/tfjs-core";
import { AdsamError } from "../errors.ts";
import { type Dtype, elementCount, type Tensor, tensor } from "../tensor.ts";

/** Parameters or buffers by name, in order. */
export type NamedVariables = ReadonlyMap<string, tf.Variable>;

/** A copy of the numbers as a float32 tf tensor (float64 is rounded, integers are converted). */
export function toFloat32({ data, shape }: Tensor): tf.Tensor {
  // tfjs keeps the array itself until the first operation, so it must be one that nobody else writes to.
  const copy = data instanceof BigInt64Array ? Float32Array.from(data, Number) : Float32Array.from(data);
  return tf.tensor(copy, [...shape], "float32");
}

/** Class labels, or any integers, as an int32 tf tensor. */
function toInt32({ data, shape }: Tensor): tf.Tensor {
  const copy = data instanceof BigInt64Array ? Int32Array.from(data, Number) : Int32Array.from(data);
  return tf.tensor(copy, [...shape], "int32");
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

/** @throws AdsamError `usage` unless the tensor holds as many numbers as its shape says. */
export function checkExtent({ shape, data }: Tensor, what: string): void {
  if (elementCount(shape) === data.length) return;
  throw new AdsamError("usage", `${what} of shape [${shape}] holds ${elementCount(shape)} numbers, got ${data.length}`);
}
