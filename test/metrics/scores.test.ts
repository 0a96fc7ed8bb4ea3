import { describe, expect, test } from "vitest";
import {
  accuracy,
  brierScore,
  confidences,
  expectedCalibrationError,
  likeliestClasses,
  negativeLogLikelihood,
} from "../../src/metrics.ts";
import { tensor } from "../../src/tensor.ts";
import { labels, logs } from "./numbers.ts";

describe("scores", () => {
  const three = logs([
    [0.7, 0.2, 0.1],
    [0.1, 0.3, 0.6],
    [0.4, 0.4, 0.2],
  ]);

  test("the first of equal classes is predicted", () => {
    expect(likeliestClasses(three)).toEqual([0, 2, 0]);
    for (const [index, expected] of [0.7, 0.6, 0.4].entries())
      expect(confidences(three)[index]).toBeCloseTo(expected, 15);
  });

  test("by hand", () => {
    expect(accuracy(three, labels(0, 1, 0))).toBeCloseTo(2 / 3, 15);
    expect(negativeLogLikelihood(three, labels(0, 1, 0))).toBeCloseTo(-Math.log(0.7 * 0.3 * 0.4) / 3, 14);
    // 0.09 + 0.04 + 0.01, 0.01 + 0.49 + 0.36, 0.36 + 0.16 + 0.04
    expect(brierScore(three, labels(0, 1, 0))).toBeCloseTo((0.14 + 0.86 + 0.56) / 3, 14);
  });

  test("certain and right, certain and wrong", () => {
    const certain = logs([[1, 0]]);
    expect([accuracy, negativeLogLikelihood, brierScore].map((score) => score(certain, labels(0)))).toEqual([1, 0, 0]);
    expect([accuracy, negativeLogLikelihood, brierScore].map((score) => score(certain, labels(1)))).toEqual([
      0,
      Infinity,
      2,
    ]);
  });

  test.each([
    ["one too few", labels(0, 1), "expected a label for each of 3 images, got 2"],
    ["no class", labels(0, 1, 3), "labels: label 2 is 3, expected 0 to 2"],
    ["floats", tensor(Float32Array.of(0, 1, 2)), "labels: expected integers, got float32"],
    ["a column", tensor(Uint8Array.of(0, 1, 2), [3, 1]), "labels: expected shape [N], got [3,1]"],
  ])("labels that do not fit: %s", (_, wrong, message) => {
    for (const score of [accuracy, negativeLogLikelihood, brierScore, expectedCalibrationError]) {
      expect(() => score(three, wrong)).toThrow(expect.objectContaining({ code: "data", message }));
    }
  });
});
