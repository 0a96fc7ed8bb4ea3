import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareSingle } from "../../src/conformance/golden/single.ts";
import { open } from "../../src/open.ts";
import { goldenCases } from "./golden.ts";

const torch = await open({ backend: "torch", device: "cpu" });
const tfjs = await open({ backend: "tfjs" });

beforeAll(async () => {
  expect((await tfjs.info()).deviceName).toContain("TensorFlow");
});

afterAll(async () => {
  await Promise.all([tfjs.close(), torch.close()]);
});

// The Bayesian VGG-16 takes as long as all others; `adsam conform --backend tfjs --golden` replays it too.
const slow = ["vgg16-bayesian-10-32"];

describe.each(["layers", "models"])("%s, with gradients, at tolerances derived from torch", (suite) => {
  const cases = goldenCases(suite).filter(({ id }) => !slow.includes(id));
  test.each(cases)("$id", { timeout: 180_000 }, async (record) => {
    const before = tf.memory().numTensors;
    const comparisons = await compareSingle(record, tfjs, torch, {});
    expect(comparisons.length).toBe(record.expectations.length);
    expect(comparisons.flatMap(({ message }) => message ?? [])).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
