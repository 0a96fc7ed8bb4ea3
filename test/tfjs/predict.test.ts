import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend, Model, Prediction } from "../../src/backend.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { open } from "../../src/open.ts";
import { tensor } from "../../src/tensor.ts";
import { firstDigits } from "./digits.ts";
import { small } from "./models.ts";

let backend: Backend;
let digits: Dataset;
let model: Model;

beforeAll(async () => {
  backend = await open({ backend: "tfjs" });
  digits = await firstDigits(12, 5);
  model = await backend.model(small);
});
afterAll(() => backend.close());

const seeded = { noise: { kind: "gaussian", seed: 7 } } as const;

/** Ha and He of one image, from its logits in float64. */
function uncertainty({ logits }: Prediction, image: number): [mean: number, spread: number] {
  const [samples = 0, images = 0, classes = 0] = logits.shape;
  const values = Array.from<number | bigint, number>(logits.data, Number);
  const entropies = Array.from({ length: samples }, (_, s) => {
    const start = (s * images + image) * classes;
    const powers = values.slice(start, start + classes).map(Math.exp);
    const total = powers.reduce((sum, power) => sum + power, 0);
    return -powers.reduce((sum, power) => sum + (power / total) * Math.log(power / total), 0);
  });
  const mean = entropies.reduce((sum, entropy) => sum + entropy, 0) / samples;
  return [mean, entropies.reduce((sum, entropy) => sum + Math.abs(entropy - mean), 0) / samples];
}

test("logits of each sample, and Ha and He by their definition", async () => {
  const prediction = await model.predict(digits.train.images, {
    ...seeded,
    samples: 4,
    batch: 5,
    normalization: digits.normalization,
  });
  expect(prediction.logits.shape).toEqual([4, 12, 10]);
  for (let image = 0; image < 12; image++) {
    const [mean, spread] = uncertainty(prediction, image);
    expect(prediction.entropyMean.data[image]).toBeCloseTo(mean, 5);
    expect(prediction.entropySpread.data[image]).toBeCloseTo(spread, 5);
  }
  expect(Math.max(...Array.from(prediction.entropySpread.data, Number))).toBeGreaterThan(0);
});

test.each([
  ["large and equal", [1e16, 1e16], 0.5],
  ["one class ruled out", [2, 2, -Infinity], 0.5],
  ["so far apart that the difference overflows", [3e38, -3e38], 1],
  ["NaN", [0, Number.NaN], Number.NaN],
])("logits %s: Ha of their softmax", async (_, bias, probability) => {
  const classes = bias.length;
  const extreme = await backend.model({ ...small, classes, bayesian: false });
  await extreme.write({
    "linear.weight": tensor(new Float32Array(64 * classes), [classes, 64]),
    "linear.bias": tensor(Float32Array.from(bias)),
  });
  const { entropyMean, entropySpread } = await extreme.predict(digits.test.images, {
    normalization: digits.normalization,
  });
  const entropy = Math.fround(0 - Math.log(probability));
  const near = (mean: number) => (Math.abs(mean - entropy) < 1e-6 ? entropy : mean);
  expect(Array.from<number | bigint, number>(entropyMean.data, (mean) => near(Number(mean)))).toEqual(
    Array(5).fill(entropy),
  );
  expect([...entropySpread.data]).toEqual(Array(5).fill(entropy - entropy));
  await extreme.dispose();
});

describe("draws", () => {
  test("are the same for the same seed, and go on for the model's own noise", async () => {
    const options = { samples: 2, normalization: digits.normalization };
    const one = await model.predict(digits.test.images, { ...options, ...seeded });
    expect(await model.predict(digits.test.images, { ...options, ...seeded })).toEqual(one);
    const own = await model.predict(digits.test.images, options);
    expect(await model.predict(digits.test.images, options)).not.toEqual(own);
  });

  test.each([
    ["the mean weights", small, { weights: "mean", samples: 5 }],
    ["a plain network", { ...small, bayesian: false }, { samples: 5 }],
  ] as const)("are none for %s: one sample", async (_, spec, options) => {
    const other = await backend.model(spec);
    const { normalization } = digits;
    const { logits, entropySpread } = await other.predict(digits.test.images, { ...options, normalization });
    expect(logits.shape).toEqual([1, 5, 10]);
    expect([...entropySpread.data].map(Number)).toEqual([0, 0, 0, 0, 0]);
  });
});

test("pixels are normalised as torch does it", async () => {
  await using torch = await open({ backend: "torch", device: "cpu" });
  const images = tensor(
    Uint8Array.from({ length: 2 * 3 * 8 * 8 }, (_, i) => (i * 37) % 256),
    [2, 3, 8, 8],
  );
  const normalization = { scale: 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
  const twin = await torch.model({ ...small, dtype: "float32" });
  await twin.write(await model.read());
  const [ours, theirs] = await Promise.all(
    [model, twin].map((side) => side.predict(images, { weights: "mean", normalization })),
  );
  for (const [i, value] of (ours?.logits.data ?? []).entries()) {
    expect(value).toBeCloseTo(Number(theirs?.logits.data[i]), 4);
  }
});

test("nothing is left behind, be it finished, refused or given up", async () => {
  const before = tf.memory().numTensors;
  const { normalization } = digits;
  await model.predict(digits.test.images, { samples: 3, normalization });
  await expect(model.predict(tensor(new Float32Array(64), [1, 1, 8, 8]))).rejects.toMatchObject({ code: "data" });
  await expect(model.predict(tensor(new Float32Array(96), [1, 3, 8, 4]))).rejects.toMatchObject({ code: "usage" });
  await expect(model.predict(digits.test.images)).rejects.toMatchObject({ code: "usage" });
  const signal = AbortSignal.timeout(100);
  const given = model.predict(digits.train.images, { samples: 100_000, normalization, signal });
  await expect(given).rejects.toMatchObject({ code: "cancelled" });
  await model.read([]); // whoever asks next waits until that has stopped
  expect(tf.memory().numTensors).toBe(before);
});

test.each([
  [{ scale: 255, mean: [0.5], std: [0.5] }, "usage"],
  [{ scale: 255, mean: [0, 0, 0], std: [1, 1] }, "usage"],
])("a normalization of other channels is refused: %j", async (normalization, code) => {
  await expect(model.predict(digits.test.images, { normalization })).rejects.toMatchObject({ code });
});
