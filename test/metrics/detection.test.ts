import { expect, test } from "vitest";
import { detection, type Evaluation, outOfDistribution } from "../../src/metrics.ts";

test("by hand: two wanted among four, the least certain first", () => {
  // Thresholds 4, 3, 2, 1 find wanted, other, wanted, other.
  const found = detection([4, 3, 2, 1], [true, false, true, false]);
  expect(found).toEqual({ auroc: 3 / 4, aupr: 1 / 2 + (1 / 2) * (2 / 3), fprAt95: 1 / 2 });
});

test("who cannot tell is at chance, and equal uncertainties are found at once", () => {
  expect(detection([1, 1, 1, 1], [true, false, false, false])).toEqual({ auroc: 0.5, aupr: 0.25, fprAt95: 1 });
  expect(detection([9, 8, 1], [true, true, false])).toEqual({ auroc: 1, aupr: 1, fprAt95: 0 });
  expect(detection([1, 2, 3], [true, true, false])).toMatchObject({ auroc: 0, fprAt95: 1 });
});

test("nothing can be told apart where all are wanted, or none is", () => {
  expect(detection([1, 2], [true, true])).toBeNull();
  expect(detection([1, 2], [false, false])).toBeNull();
  expect(detection([], [])).toBeNull();
});

test("NaN, and uncertainties of other images, are refused", () => {
  expect(() => detection([1, Number.NaN], [true, false])).toThrow(/expected an uncertainty for each image, got NaN/);
  expect(() => detection([1], [true, false])).toThrow(/got 1 for 2/);
});

test("images of another data set are found by each uncertainty", () => {
  const of = (...values: number[]) =>
    ({
      perImage: {
        label: values,
        predicted: values,
        confidence: values,
        predictiveEntropy: values,
        expectedEntropy: values.map(() => 1),
        mutualInformation: values.map((value) => -value),
      },
    }) as unknown as Evaluation;
  expect(outOfDistribution(of(1, 2), of(3, 4))).toEqual({
    predictiveEntropy: { auroc: 1, aupr: 1, fprAt95: 0 },
    expectedEntropy: { auroc: 0.5, aupr: 0.5, fprAt95: 1 },
    mutualInformation: { auroc: 0, aupr: expect.closeTo((1 / 2) * (1 / 3) + (1 / 2) * (1 / 2), 12), fprAt95: 1 },
  });
  expect(() => outOfDistribution(of(1), of())).toThrow(/expected images of both data sets/);
});
