import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { loadPlain } from "../../src/tfjs/engine/load.ts";
import { isNative } from "../../src/tfjs/kernels/native.ts";
import { GaussianNoise } from "../../src/tfjs/noise.ts";
import { goldenCases, goldenErrors } from "./golden.ts";

beforeAll(async () => {
  await loadPlain();
  expect(tf.getBackend()).toBe("cpu");
  expect(isNative()).toBe(false);
});

describe("without the native engine, layers are as right", () => {
  // The bound of golden.test.ts. Measured: up to 1.1e-6.
  test.each(goldenCases("layers"))("$id", async (record) => {
    const { errors, different } = await goldenErrors(record);
    expect(different).toEqual([]);
    expect(errors.filter(([, error]) => !(error <= 1.2e-5))).toEqual([]);
  });
});

test("and so is a small network", { timeout: 60_000 }, async () => {
  const [record] = goldenCases("models").filter(({ id }) => id === "resnet20-bayesian-10-8");
  if (record === undefined) throw new Error("no such golden case");
  const { errors, different } = await goldenErrors(record);
  expect(different).toEqual([]);
  // Bounds of golden.test.ts.
  const bound = (name: string) => (name.startsWith("grads.") ? 2e-3 : 3e-5);
  expect(errors.filter(([name, error]) => !(error <= bound(name)))).toEqual([]);
});

test("noise goes on from where it stood", () => {
  const draw = (next: number) => [...new GaussianNoise(42, "noise", next).draw([4]).dataSync()];
  expect(draw(3)).toEqual(draw(3));
  expect(draw(3)).not.toEqual(draw(4));
});
