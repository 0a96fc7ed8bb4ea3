import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "../../src/tfjs/engine.ts";
import { normalizeByBatch } from "../../src/tfjs/kernels/batch-norm.ts";
import { exp } from "../../src/tfjs/kernels/exp.ts";

beforeAll(startEngine);

test("exp is the exact one, rounded, and its own gradient", () => {
  tf.tidy(() => {
    const x = Float32Array.from({ length: 20_000 }, (_, i) => -12 + i / 1000);
    const rounded = x.map(Math.exp);
    const { value, grad } = tf.valueAndGrad((logSigma) => exp(logSigma))(tf.tensor1d(x));
    expect(value.dataSync()).toEqual(rounded);
    expect(grad.dataSync()).toEqual(rounded);
  });
});

/** Batch norm of [count, channels] numbers by its formula in float64, and the gradient of sum(output * direction). */
function exactly(x: Float32Array, direction: Float32Array, scale: Float32Array, shift: Float32Array, eps: number) {
  const channels = scale.length;
  const count = x.length / channels;
  const means = (values: (i: number) => number) => {
    const sums = new Float64Array(channels);
    for (let i = 0; i < x.length; i++) sums[i % channels] = (sums[i % channels] ?? 0) + values(i);
    return sums.map((sum) => sum / count);
  };
  const of = (values: ArrayLike<number>, i: number) => values[i] ?? Number.NaN;
  const mean = means((i) => of(x, i));
  const centred = Float64Array.from(x, (value, i) => value - of(mean, i % channels));
  const inverse = means((i) => of(centred, i) ** 2).map((variance) => 1 / Math.sqrt(variance + eps));
  const direct = means((i) => of(direction, i));
  const along = means((i) => of(direction, i) * of(centred, i));
  const factor = inverse.map((r, c) => r * of(scale, c));
  const channel = (i: number) => i % channels;
  return {
    value: centred.map((c, i) => c * of(factor, channel(i)) + of(shift, channel(i))),
    dx: centred.map(
      (c, i) =>
        of(factor, channel(i)) *
        (of(direction, i) - of(direct, channel(i)) - c * of(inverse, channel(i)) ** 2 * of(along, channel(i))),
    ),
    dscale: along.map((a, c) => a * of(inverse, c) * count),
    dshift: direct.map((d) => d * count),
  };
}

function normal(size: number, seed: number, mean = 0, deviation = 1): Float32Array {
  return tf.tidy(() => tf.randomNormal([size], mean, deviation, "float32", seed).dataSync() as Float32Array);
}

/** The largest error, in parts of the largest number. */
function error(found: tf.Tensor, exact: Float64Array): number {
  const values = found.dataSync();
  const size = exact.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return exact.reduce((worst, value, i) => Math.max(worst, Math.abs((values[i] ?? Number.NaN) - value)), 0) / size;
}

describe("batch norm by the batch's own statistics", () => {
  // Small ones go straight into float64; large ones over blocks, and with few channels in longer rows.
  test.each([
    ["small", [4, 3, 3, 5]],
    ["large, few channels", [17, 32, 32, 16]],
    ["large, many channels", [20, 16, 16, 64]],
    ["large, in no even blocks", [3, 171, 171, 3]],
  ])("is as exact as float32 allows: %s", (_, shape) => {
    tf.tidy(() => {
      const channels = shape.at(-1) ?? 0;
      const size = tf.util.sizeFromShape(shape);
      // A mean of ten deviations, in which a sum in float32 would lose a digit.
      const [x, direction] = [normal(size, 1, 10), normal(size, 2)];
      const [scale, shift] = [normal(channels, 3, 1, 0.2), normal(channels, 4)];
      const { value, grads } = tf.valueAndGrads((x, scale, shift) =>
        tf.mul(
          normalizeByBatch(x as tf.Tensor, { scale: scale as tf.Tensor, shift: shift as tf.Tensor }, 1e-5),
          tf.tensor(direction, shape),
        ),
      )([tf.tensor(x, shape), tf.tensor1d(scale), tf.tensor1d(shift)]);
      const exact = exactly(x, direction, scale, shift, 1e-5);
      const [dx, dscale, dshift] = grads as [tf.Tensor, tf.Tensor, tf.Tensor];
      expect(error(tf.div(value, tf.tensor(direction, shape)), exact.value)).toBeLessThan(2e-6);
      expect(error(dx, exact.dx)).toBeLessThan(2e-6);
      expect(error(dscale, exact.dscale)).toBeLessThan(2e-6);
      expect(error(dshift, exact.dshift)).toBeLessThan(2e-6);
    });
  });
});
