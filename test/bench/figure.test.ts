import { describe, expect, test } from "vitest";
import { figure, meetsTarget, quantile, ratios, spread } from "../../src/bench/figure.ts";

test("the spread of values in any order", () => {
  expect(spread([3, 1, 10, 2])).toEqual({ median: 2.5, minimum: 1, maximum: 10, count: 4 });
  expect(spread([7])).toEqual({ median: 7, minimum: 7, maximum: 7, count: 1 });
});

test("quantiles lie between their neighbours", () => {
  expect([0, 0.25, 0.5, 1].map((q) => quantile([0, 10, 20, 30, 40], q))).toEqual([0, 10, 20, 40]);
  expect(quantile([0, 10], 0.9)).toBeCloseTo(9);
});

test("ratios are of the same round, as far as both got", () => {
  expect(ratios([2, 9, 4], [1, 3])).toEqual([2, 3]);
  expect(ratios([2], [1, 3])).toEqual([2]);
});

describe("a target", () => {
  test.each([
    [{ atLeast: 2 }, 2, true],
    [{ atLeast: 2 }, 1.9, false],
    [{ atMost: 2 }, 2, true],
    [{ atMost: 2 }, 2.1, false],
  ])("%j is judged by the median %d: %s", (target, median, met) => {
    expect(meetsTarget(figure("x", "×", [0, median, 100], target))).toBe(met);
  });

  test("may be missing", () => expect(meetsTarget(figure("x", "×", [1]))).toBeNull());
});
