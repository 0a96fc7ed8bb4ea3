import type { Tensor } from "../../tensor.ts";
import { absoluteError, numbers } from "../numbers.ts";

import { largest } from "./difference.ts";

/** What a layer had, and what it gave on both sides. */
export interface LayerEvidence {
  readonly input: Tensor;
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
  readonly right: Tensor;
  readonly left: Tensor;
}

/** What a layer computes, and what it would with a fault. */
interface Suspicion {
  readonly honest: () => Float64Array;
  readonly suspects: readonly (readonly [string, () => Float64Array])[];
}

/** Multiplications beyond which nothing is tried. */
const affordable = 2e8;

/** Errors within this part of the largest value are float32's. */
const near = 1e-5;

function close(a: Float64Array, b: Float64Array): boolean {
  const limit = near * largest(b);
  return b.every((value, i) => absoluteError(a[i] ?? Number.NaN, value) <= limit);
}

interface Geometry {
  readonly stride: number;
  /** Zeros before the first row and column. */
  readonly before: number;
}

type Kernel = (o: number, c: number, y: number, x: number) => number;

function convolve(
  { input, right, bias }: LayerEvidence,
  size: number,
  kernel: Kernel,
  geometry: Geometry,
): Float64Array {
  const { stride, before } = geometry;
  const [, channels = 1, height = 1, width = 1] = input.shape;
  const [, outs = 1, rows = 1, columns = 1] = right.shape;
  const [values, shift] = [numbers(input), bias && numbers(bias)];
  return Float64Array.from({ length: right.data.length }, (_, at) => {
    const [j, i] = [at % columns, Math.floor(at / columns) % rows];
    const plane = Math.floor(at / (rows * columns));
    const [o, n] = [plane % outs, Math.floor(plane / outs)];
    let sum = shift?.[o] ?? 0;
    for (let y = 0; y < size; y++) {
      const row = i * stride + y - before;
      if (row < 0 || row >= height) continue;
      for (let x = 0; x < size; x++) {
        const column = j * stride + x - before;
        if (column < 0 || column >= width) continue;
        for (let c = 0; c < channels; c++) {
          sum += kernel(o, c, y, x) * (values[((n * channels + c) * height + row) * width + column] ?? 0);
        }
      }
    }
    return sum;
  });
}

function convolution(evidence: LayerEvidence): Suspicion | null {
  const { input, weight, right } = evidence;
  const [, channels, size = 1, across] = weight.shape;
  if (input.shape.length !== 4 || weight.shape.length !== 4) return null;
  if (channels !== input.shape[1] || size !== across) return null;
  if (right.data.length * (channels ?? 1) * size * size > affordable) return null;
  const kernels = numbers(weight);
  const kernel: Kernel = (o, c, y, x) => kernels[((o * (channels ?? 1) + c) * size + y) * size + x] ?? 0;
  const stride = Math.round((input.shape[2] ?? 1) / (right.shape[2] ?? 1));
  const having = (changed: Kernel, before = size >> 1) => convolve(evidence, size, changed, { stride, before });
  return {
    honest: () => having(kernel),
    suspects: [
      ["with the kernel transposed", () => having((o, c, y, x) => kernel(o, c, x, y))],
      ["with the kernel flipped", () => having((o, c, y, x) => kernel(o, c, size - 1 - y, size - 1 - x))],
      ["with the padding moved to the end", () => having(kernel, (size >> 1) - 1)],
    ],
  };
}

function normalize({ input, weight, bias }: LayerEvidence, eps: number, correction: number): Float64Array {
  const [, channels = 1] = input.shape;
  const values = numbers(input);
  const inner = values.length / channels / (input.shape[0] ?? 1);
  const channelOf = (i: number) => Math.floor(i / inner) % channels;
  const count = values.length / channels;
  const [sums, squares] = [new Float64Array(channels), new Float64Array(channels)];
  for (const [i, value] of values.entries()) sums[channelOf(i)] = (sums[channelOf(i)] ?? 0) + value;
  const mean = sums.map((sum) => sum / count);
  const centred = values.map((value, i) => value - (mean[channelOf(i)] ?? 0));
  for (const [i, value] of centred.entries()) squares[channelOf(i)] = (squares[channelOf(i)] ?? 0) + value * value;
  const [scale, shift] = [numbers(weight), bias && numbers(bias)];
  return centred.map((value, i) => {
    const c = channelOf(i);
    const deviation = Math.sqrt((squares[c] ?? 0) / (count - correction) + eps);
    return (value / deviation) * (scale[c] ?? 1) + (shift?.[c] ?? 0);
  });
}

function normalization(evidence: LayerEvidence): Suspicion | null {
  const { input, weight } = evidence;
  if (input.shape.length !== 4 || weight.shape.length !== 1) return null;
  return {
    honest: () => normalize(evidence, 1e-5, 0),
    suspects: [
      ["with the variance that divides by n - 1", () => normalize(evidence, 1e-5, 1)],
      ["with eps 1e-3", () => normalize(evidence, 1e-3, 0)],
    ],
  };
}

/**
 * Computes a layer's output anew with faults that people make, and names the one that gives the left side's numbers. A layer
 * that it does not understand (its own honest result is not the right side's) it says nothing about.
 */
export function suspect(evidence: LayerEvidence): string | null {
  const suspicion = convolution(evidence) ?? normalization(evidence);
  if (suspicion === null || !close(suspicion.honest(), numbers(evidence.right))) return null;
  const left = numbers(evidence.left);
  const found = suspicion.suspects.find(([, compute]) => close(left, compute()));
  return found === undefined ? null : `what the layer gives ${found[0]}`;
}
