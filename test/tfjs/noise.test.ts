import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { startEngine } from "../../src/tfjs/engine.ts";
import { GaussianNoise, noiseFrom, WaveNoise } from "../../src/tfjs/noise.ts";
import { wave } from "../../src/wave.ts";

beforeAll(async () => {
  await startEngine();
});

function drawn(noise: { draw(shape: readonly number[]): tf.Tensor }, shape: readonly number[]): number[] {
  const draw = noise.draw(shape);
  const numbers = [...draw.dataSync()];
  draw.dispose();
  return numbers;
}

test("draws look normal: 200 000 of them have the moments of N(0, 1) within five standard errors", () => {
  const numbers = drawn(new GaussianNoise(42), [200, 1000]);
  const moment = (power: number) => numbers.reduce((sum, x) => sum + x ** power, 0) / numbers.length;
  const error = 5 / Math.sqrt(numbers.length);
  expect(Math.abs(moment(1))).toBeLessThan(error);
  expect(Math.abs(moment(2) - 1)).toBeLessThan(Math.SQRT2 * error);
  expect(Math.abs(moment(3))).toBeLessThan(Math.sqrt(15) * error);
  expect(Math.abs(moment(4) - 3)).toBeLessThan(Math.sqrt(96) * error);
});

test("one number says where a stream stands", () => {
  const noise = new GaussianNoise(42);
  const first = drawn(noise, [5]);
  const second = drawn(noise, [5]);
  expect(noise.next).toBe(2);
  expect(second).not.toEqual(first);
  expect(drawn(new GaussianNoise(42, "noise", 1), [5])).toEqual(second);
  noise.next = 0;
  expect(drawn(noise, [5])).toEqual(first);
});

test("seeds and streams differ", () => {
  const firsts = [new GaussianNoise(1), new GaussianNoise(2), new GaussianNoise(1, "training noise")].map(
    (noise) => drawn(noise, [1])[0],
  );
  expect(new Set(firsts).size).toBe(3);
});

test("wave noise is float32 of sqrt(2) times the wave", () => {
  const noise = noiseFrom({ kind: "wave", next: 7 }, new WaveNoise());
  expect(drawn(noise, [2, 3])).toEqual([...wave(7, 6)].map((value) => Math.fround(Math.SQRT2 * value)));
  expect(noise.next).toBe(8);
});

test("a spec without a seed goes on with the model's own noise", () => {
  const own = new GaussianNoise(42);
  expect(noiseFrom({ kind: "gaussian", seed: null }, own)).toBe(own);
  expect(drawn(noiseFrom({ kind: "gaussian", seed: 42 }, new WaveNoise()), [3])).toEqual(drawn(own, [3]));
});

test("draws leave nothing behind", () => {
  const before = tf.memory().numTensors;
  drawn(new GaussianNoise(1), [3, 4]);
  drawn(new WaveNoise(1), [3, 4]);
  expect(tf.memory().numTensors).toBe(before);
});
