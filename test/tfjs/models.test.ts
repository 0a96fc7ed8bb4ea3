import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TorchBackend } from "../../src/backend.ts";
import { numbers } from "../../src/conformance/numbers.ts";
import { open } from "../../src/open.ts";
import { architectureNames } from "../../src/schema/architectures.ts";
import { type ModelSpecInput, modelSpec } from "../../src/schema/models.ts";
import { elementCount, type Tensor, tensor } from "../../src/tensor.ts";
import { startEngine } from "../../src/tfjs/engine.ts";
import { inspect } from "../../src/tfjs/inspection.ts";
import { build } from "../../src/tfjs/models/build.ts";
import { forward, gradients } from "../../src/tfjs/passes.ts";
import { wave } from "../../src/wave.ts";
import { read } from "./core.ts";

let torch: TorchBackend;
beforeAll(async () => {
  await startEngine();
  torch = await open({ backend: "torch" });
});
afterAll(() => torch.close());

const built = (spec: ModelSpecInput) => build(modelSpec.parse(spec));
const images = (...shape: number[]): Tensor => tensor(Float32Array.from(wave(1000, elementCount(shape))), shape);
const labels = tensor(BigInt64Array.of(1n, 2n));

function distance(found: Tensor, expected: Tensor): number {
  expect(found.shape).toEqual(expected.shape);
  const [a, b] = [numbers(found), numbers(expected)];
  const norm = (values: Float64Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return norm(a.map((value, i) => value - (b[i] ?? Number.NaN))) / Math.max(norm(b), 1e-30);
}

// ResNet-1202 takes 20 million parameters, three times over.
test.each(
  architectureNames
    .filter((kind) => kind !== "resnet1202")
    .flatMap((kind) => [
      { kind, bayesian: true },
      { kind, bayesian: false },
    ]),
)("$kind, bayesian: $bayesian, has torch's tensors in torch's order", async (spec) => {
  const ours = built(spec);
  const theirs = await torch.model(spec);
  expect(ours.tensors).toEqual(theirs.tensors);
  expect(ours.bayesian).toBe(spec.bayesian);
  ours.dispose();
  await theirs.dispose();
});

describe("initial values", () => {
  function moments(spec: ModelSpecInput, name: string) {
    const network = built(spec);
    const [found] = Object.values(read(network, [name]));
    const values = numbers(found ?? tensor(new Float32Array(0)));
    network.dispose();
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    return { mean, deviation, largest: Math.max(...values.map(Math.abs)) };
  }

  test("a Gaussian convolution's means are uniform to 1 / sqrt(fan in), which counts no groups", () => {
    const spec = { kind: "conv2d", inChannels: 32, outChannels: 64, kernelSize: 3, groups: 2 } as const;
    const { mean, deviation, largest } = moments(spec, "mu_weight");
    const limit = 1 / Math.sqrt(32 * 9);
    expect(largest).toBeLessThanOrEqual(Math.fround(limit));
    // 9216 numbers: five standard errors.
    expect(Math.abs(mean)).toBeLessThan((5 * limit) / Math.sqrt(3 * 9216));
    expect(Math.abs(deviation / (limit / Math.sqrt(3)) - 1)).toBeLessThan(5 / Math.sqrt(9216));
  });

  test("a plain ResNet's convolutions are Kaiming-normal", () => {
    const { deviation, largest } = moments({ kind: "resnet20", bayesian: false }, "layer3.2.conv2.weight");
    const expected = Math.sqrt(2 / (64 * 9));
    expect(Math.abs(deviation / expected - 1)).toBeLessThan(5 / Math.sqrt(2 * 36_864));
    expect(largest).toBeGreaterThan(3 * expected);
  });

  test("scales start from U(0, 1), shifts and stored noise at 0, log sigmas as told", () => {
    const scale = moments({ kind: "batchnorm2d", features: 1000 }, "mu_weight");
    expect(Math.abs(scale.mean - 0.5)).toBeLessThan(5 / Math.sqrt(12 * 1000));
    expect(scale.largest).toBeLessThan(1);
    expect(moments({ kind: "resnet20" }, "bn1.mu_bias").largest).toBe(0);
    expect(moments({ kind: "resnet20" }, "conv1.eps_weight").largest).toBe(0);
    expect(moments({ kind: "resnet20", initLogSigma: -2 }, "conv1.sigma_weight")).toMatchObject({ largest: 2 });
    expect(moments({ kind: "vgg11", bayesian: false }, "features.1.weight")).toMatchObject({ mean: 1, deviation: 0 });
  });

  test("they are those of the seed", () => {
    const [first, again, other] = [1, 1, 2].map((seed) => {
      return forward(built({ kind: "resnet20", seed }), images(1, 3, 8, 8), { weights: "fresh" }).output.data;
    });
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});

// An odd size leaves a pixel over at each stride.
test.each([16, 9])("a pass of %i pixels taken apart gives torch's tensors, gradients and order", async (side) => {
  const spec = { kind: "resnet20", seed: 3, initLogSigma: -3 } as const;
  const ours = built(spec);
  const theirs = await torch.model({ ...spec, dtype: "float64" });
  await theirs.write(read(ours));
  const options = { train: true, weights: "fresh", noise: { kind: "wave", next: 0 }, beta: 1e-6 } as const;
  const x = images(2, 3, side, side);
  const before = tf.memory().numTensors;
  const found = inspect(ours, x, labels, options);
  expect(tf.memory().numTensors).toBe(before);
  const expected = await theirs.inspect(x, labels, options);
  expect(found.operations.map(({ name }) => name)).toEqual(expected.operations.map(({ name }) => name));
  expect(Math.abs(found.loss - expected.loss)).toBeLessThan(1e-5);
  const off = found.operations.flatMap(({ name, value, gradient }, i) => {
    const right = expected.operations[i];
    if (right === undefined || right.gradient === null || gradient === null) return [`${name} is missing`];
    const errors = [distance(value, right.value), distance(gradient, right.gradient)];
    // Float32 rounding through twenty layers, as for the golden ResNets; a relu that turns would show as 1e-3 or more.
    return errors.every((error) => error < 1e-3) ? [] : [`${name} ${errors}`];
  });
  expect(off).toEqual([]);
  await theirs.dispose();
});

test("features are what enters the last layer", () => {
  const network = built({ kind: "vgg11", bayesian: false });
  const x = images(2, 3, 32, 32);
  const { output, kl } = forward(network, x, { output: "features" });
  expect(output.shape).toEqual([2, 512]);
  expect(kl).toBeNull();
  const { classifier } = { classifier: read(network, ["classifier.weight", "classifier.bias"]) };
  const logits = tf.tidy(() => {
    const [weight, bias] = Object.values(classifier).map(({ data, shape }) =>
      tf.tensor(data as Float32Array, [...shape]),
    );
    if (weight === undefined || bias === undefined) throw new Error("no classifier");
    return tf
      .add(tf.matMul(tf.tensor2d(output.data as Float32Array, [2, 512]), weight as tf.Tensor2D, false, true), bias)
      .dataSync();
  });
  expect([...logits]).toEqual([...forward(network, x).output.data].map((value) => expect.closeTo(Number(value), 5)));
  network.dispose();
});

test.each<[string, ModelSpecInput, Tensor, string]>([
  ["pixels", { kind: "resnet20" }, tensor(new Uint8Array(192), [1, 3, 8, 8]), "expected a normalization for pixels"],
  ["channels last", { kind: "resnet20" }, images(1, 8, 8, 3), "square images of shape [N, 3, H, H], got [1, 8, 8, 3]"],
  ["images too small for a VGG", { kind: "vgg11" }, images(1, 3, 8, 8), "vgg11 takes images of 32x32, got 8x8"],
  [
    "other channels",
    { kind: "conv2d", inChannels: 4, outChannels: 2, kernelSize: 3 },
    images(1, 3, 8, 8),
    "of shape [N, 4, H, W], got [1, 3, 8, 8]",
  ],
  [
    "less than a kernel",
    { kind: "conv2d", inChannels: 3, outChannels: 2, kernelSize: 3, dilation: 4 },
    images(1, 3, 8, 8),
    "smaller than the kernel, which reaches over 9",
  ],
  ["other features", { kind: "linear", inFeatures: 4, outFeatures: 2 }, images(2, 3), "of shape [..., 4], got [2, 3]"],
])("%s are refused", (_, spec, x, message) => {
  const network = built(spec);
  expect(() => forward(network, x)).toThrow(
    expect.objectContaining({ code: "usage", message: expect.stringContaining(message) }),
  );
  network.dispose();
});

test.each<[string, ModelSpecInput, string]>([
  ["float64", { kind: "resnet20", dtype: "float64" }, "float32 only, got dtype float64"],
  [
    "groups that do not divide",
    { kind: "conv2d", inChannels: 4, outChannels: 6, kernelSize: 1, groups: 4 },
    "do not split into 4 groups",
  ],
  [
    "same with a stride",
    { kind: "conv2d", inChannels: 1, outChannels: 1, kernelSize: 3, padding: "same", stride: 2 },
    "'same' needs stride 1",
  ],
])("%s cannot be built", (_, spec, message) => {
  const before = tf.memory().numTensors;
  expect(() => built(spec)).toThrow(
    expect.objectContaining({ code: "usage", message: expect.stringContaining(message) }),
  );
  expect(tf.memory().numTensors).toBe(before);
});

test("labels that are no classes, and a direction of another shape, are refused", () => {
  const network = built({ kind: "resnet20" });
  const x = images(2, 3, 8, 8);
  expect(() => gradients(network, x, tensor(BigInt64Array.of(1n, 10n)))).toThrow("expected labels from 0 to 9, got 10");
  expect(() => gradients(network, x, labels, { objective: "projection" })).toThrow(
    "shaped as the output, [2,10], got [2]",
  );
  expect(network.training).toBe(true);
  network.dispose();
});

test("50 passes leave nothing behind, and disposing of the model leaves nothing at all", () => {
  const empty = tf.memory().numTensors;
  const network = built({ kind: "resnet20" });
  const x = images(2, 3, 8, 8);
  const full = tf.memory().numTensors;
  for (let i = 0; i < 25; i++) {
    forward(network, x, { train: true, weights: "fresh" });
    gradients(network, x, labels, { train: true, weights: "stored", beta: 1e-6 });
  }
  expect(tf.memory().numTensors).toBe(full);
  network.dispose();
  expect(tf.memory().numTensors).toBe(empty);
});

test("frozen statistics stay as they are", () => {
  const network = built({ kind: "batchnorm2d", features: 3 });
  const x = images(2, 3, 4, 4);
  const before = read(network);
  network.freezing(() => forward(network, x, { train: true }));
  expect(read(network)).toEqual(before);
  forward(network, x, { train: true });
  expect(read(network)).toMatchObject({ num_batches_tracked: { data: BigInt64Array.of(1n) } });
  network.dispose();
});
