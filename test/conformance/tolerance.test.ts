import { expect, test } from "vitest";
import { numbers } from "../../src/conformance/numbers.ts";

import { perturbed } from "../../src/conformance/perturb.ts";
import { derive, measure, ratio } from "../../src/conformance/tolerance.ts";
import { tensor } from "../../src/tensor.ts";

test("a perturbation moves every float by exactly one ulp, and whole numbers not at all", () => {
  const x = tensor(Float32Array.of(1, -1, 3e-5, 1e20, 0));
  const labels = tensor(BigInt64Array.of(3n));
  const moved = perturbed({ x, labels }, 1);
  expect(moved.labels).toBe(labels);
  const steps = Array.from(moved.x === undefined ? [] : numbers(moved.x), (value, i) => {
    const bits = (each: number) => new Int32Array(Float32Array.of(each).buffer)[0] ?? 0;
    return Math.abs(bits(value) - bits(x.data[i] ?? 0));
  });
  expect(steps).toEqual([1, 1, 1, 1, 0]);
  expect(perturbed({ x }, 1).x).toEqual(moved.x);
  expect(perturbed({ x }, 2).x).not.toEqual(moved.x);
});

test("a distance is measured in parts of the exact result's size, and finds the worst element", () => {
  const exact = tensor(Float64Array.of(3, -4, 0));
  expect(measure(tensor(Float64Array.of(3, -4.5, 0.25)), exact)).toEqual({
    max: 0.125,
    norm: Math.sqrt(0.3125 / 25),
    maxAbs: 0.5,
    worst: 1,
  });
});

test("the tolerance is 3 times the largest of what is shown and the rounding of a sum", () => {
  const shown = [
    { max: 1e-6, norm: 1e-7 },
    { max: 2e-7, norm: 2e-7 },
  ];
  expect(derive(shown, 1)).toEqual({ max: 3e-6, norm: 3 * 2e-7 });
  expect(derive([], 16).max).toBe(12 * 2 ** -24);
});

test("the ratio to torch's own error is not helped by torch's being exact by luck", () => {
  expect(ratio({ max: 0, norm: 2 ** -23 }, { max: 0, norm: 0 })).toBe(2);
  expect(ratio({ max: 0, norm: 4e-6 }, { max: 0, norm: 2e-6 })).toBe(2);
});
