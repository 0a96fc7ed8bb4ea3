import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Gradients, TorchBackend } from "../../src/backend.ts";
import { numbers } from "../../src/conformance/numbers.ts";
import { open } from "../../src/open.ts";

import type { ModelSpecInput } from "../../src/schema/models.ts";
import type { GradientOptionsInput } from "../../src/schema/options.ts";
import { elementCount, type NamedTensors, type Tensor, tensor } from "../../src/tensor.ts";
import { startEngine } from "../../src/tfjs/engine.ts";
import { wave } from "../../src/wave.ts";
import { type CoreModel, core } from "./core.ts";

/**
 * Largest error allowed, against the largest number of the tensor. Sums here have up to 200 terms of float32, each
 * rounded to 6e-8 of its size: in the worst case they err by 200 * 6e-8 = 1.2e-5. Measured: up to 6e-7.
 */
const bound = 1.2e-5;

let torch: TorchBackend;
beforeAll(async () => {
  await startEngine();
  torch = await open({ backend: "torch" });
});
afterAll(() => torch.close());

function waved(k: number, shape: readonly number[], offset = 0, scale = 1): Tensor {
  return tensor(
    Float32Array.from(wave(k, elementCount(shape)), (value) => offset + scale * value),
    shape,
  );
}

/** Every parameter and buffer of a layer from a wave, rounded to float32 alike for both; variances stay positive. */
function filling({ tensors }: Pick<CoreModel, "tensors">): NamedTensors {
  return Object.fromEntries(
    tensors
      .filter(({ name }) => name !== "num_batches_tracked")
      .map(({ name, shape }, k) => [name, name === "running_var" ? waved(k, shape, 1, 0.5) : waved(k, shape, 0, 0.5)]),
  );
}

function distance(found: Tensor, expected: Tensor): number {
  expect(found.shape).toEqual(expected.shape);
  const [a, b] = [numbers(found), numbers(expected)];
  const size = b.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-30);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] ?? Number.NaN)) / size), 0);
}

async function answers(
  model: Pick<CoreModel, "tensors" | "write" | "gradients" | "read" | "dispose">,
  input: Tensor,
  outShape: readonly number[],
  options: GradientOptionsInput,
): Promise<[Gradients, NamedTensors]> {
  await model.write(filling(model));
  const noise = { kind: "wave", next: 0 } as const;
  await model.gradients(input, waved(400, outShape), { objective: "projection", noise, ...options });
  // A second time, from running statistics that the first has moved.
  const found = await model.gradients(input, waved(400, outShape), { objective: "projection", noise, ...options });
  const after = model.tensors.length === 0 ? {} : await model.read();
  await model.dispose();
  return [found, after];
}

async function compare(
  spec: ModelSpecInput,
  inShape: readonly number[],
  outShape: readonly number[],
  options: GradientOptionsInput,
): Promise<void> {
  const input = waved(1000, inShape);
  const [ours, oursAfter] = await answers(await core.model(spec), input, outShape, options);
  const reference = await torch.model({ ...spec, dtype: "float64" });
  const [theirs, theirsAfter] = await answers(reference, input, outShape, options);

  expect(ours.kl === null).toBe(theirs.kl === null);
  expect(Math.abs((ours.kl ?? 0) - (theirs.kl ?? 0))).toBeLessThanOrEqual(bound * (theirs.kl ?? 0));
  expect(distance(ours.output, theirs.output)).toBeLessThan(bound);
  expect(distance(ours.input, theirs.input)).toBeLessThan(bound);
  expect(Object.keys(ours.parameters).sort()).toEqual(Object.keys(theirs.parameters).sort());
  const off = [
    ...Object.entries(theirs.parameters).map(([name, found]) => [name, distance(at(ours.parameters, name), found)]),
    ...Object.entries(theirsAfter).map(([name, found]) => [`${name} after`, distance(at(oursAfter, name), found)]),
  ].filter(([, error]) => !(Number(error) < bound));
  expect(off).toEqual([]);
}

function at(tensors: NamedTensors, name: string): Tensor {
  const found = tensors[name];
  if (found === undefined) throw new Error(`expected ${name}`);
  return found;
}

const ways: readonly GradientOptionsInput[] = [
  { train: true, weights: "fresh" },
  { train: true, weights: "stored" },
  { train: false, weights: "mean" },
];

describe("convolution as in torch", () => {
  const base = { kind: "conv2d", inChannels: 4, outChannels: 6, kernelSize: 3 } as const;
  test.each<[string, ModelSpecInput, number[], number[]]>([
    ["padding on stride 2, which leaves a rest", { ...base, padding: 1, stride: 2 }, [2, 4, 8, 9], [2, 6, 4, 5]],
    ["dilation", { ...base, padding: 2, dilation: 2 }, [2, 4, 7, 6], [2, 6, 7, 6]],
    ["dilation by a pair, with stride", { ...base, dilation: [1, 3], stride: [2, 1] }, [2, 4, 8, 9], [2, 6, 3, 3]],
    ["groups", { ...base, groups: 2, bias: false }, [2, 4, 6, 6], [2, 6, 4, 4]],
    [
      "depthwise, with dilation",
      { ...base, outChannels: 4, groups: 4, dilation: 2, padding: 1 },
      [1, 4, 7, 7],
      [1, 4, 5, 5],
    ],
    ["pairs", { ...base, kernelSize: [3, 2], stride: [1, 2], padding: [2, 0] }, [2, 4, 5, 6], [2, 6, 7, 3]],
    [
      "same, which pads an even kernel unevenly",
      { ...base, kernelSize: [4, 2], padding: "same" },
      [2, 4, 6, 5],
      [2, 6, 6, 5],
    ],
    ["same with dilation", { ...base, kernelSize: 2, padding: "same", dilation: [3, 2] }, [2, 4, 6, 5], [2, 6, 6, 5]],
    ["valid", { ...base, padding: "valid", stride: 3 }, [2, 4, 10, 9], [2, 6, 3, 3]],
    ["without a batch", base, [4, 5, 5], [6, 3, 3]],
    ["a point", { ...base, kernelSize: 1 }, [1, 4, 1, 1], [1, 6, 1, 1]],
  ])("%s", async (_, spec, inShape, outShape) => {
    for (const way of ways) await compare(spec, inShape, outShape, way);
  });
});

describe("linear as in torch", () => {
  test.each<[string, ModelSpecInput, number[], number[]]>([
    ["with bias", { kind: "linear", inFeatures: 7, outFeatures: 5 }, [3, 7], [3, 5]],
    ["without bias", { kind: "linear", inFeatures: 7, outFeatures: 5, bias: false }, [3, 7], [3, 5]],
    ["of one vector", { kind: "linear", inFeatures: 7, outFeatures: 5 }, [7], [5]],
    ["with axes before the last", { kind: "linear", inFeatures: 3, outFeatures: 5 }, [2, 3, 4, 3], [2, 3, 4, 5]],
  ])("%s", async (_, spec, inShape, outShape) => {
    for (const way of ways) await compare(spec, inShape, outShape, way);
  });
});

describe("batch norm as in torch", () => {
  const base = { kind: "batchnorm2d", features: 4 } as const;
  test.each<[string, ModelSpecInput]>([
    ["torch's defaults", base],
    ["a cumulative average", { ...base, momentum: null }],
    ["another momentum and eps", { ...base, momentum: 0.7, eps: 1e-2 }],
    ["an eps below the 1e-5 of fused kernels elsewhere", { ...base, eps: 1e-7 }],
    ["no scale and shift", { ...base, affine: false }],
    ["no running statistics", { ...base, trackRunningStats: false }],
    ["neither", { ...base, affine: false, trackRunningStats: false }],
  ])("%s", async (_, spec) => {
    for (const way of ways) await compare(spec, [3, 4, 4, 3], [3, 4, 4, 3], way);
    await compare(spec, [5, 4, 1, 1], [5, 4, 1, 1], { train: true, weights: "fresh" });
  });
});
