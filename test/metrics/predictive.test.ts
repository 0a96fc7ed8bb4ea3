import { describe, expect, test } from "vitest";
import {
  entropies,
  evaluation,
  meanProbabilities,
  negativeLogLikelihood,
  predictedClasses,
  predictiveDistribution,
} from "../../src/metrics.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";
import { labels, logits } from "./numbers.ts";

describe("predictive distribution", () => {
  test("samples that contradict each other: all uncertainty is epistemic", () => {
    const { logProbabilities, expectedEntropy } = predictiveDistribution(logits([1000, 0, 0, 1000], [2, 1, 2]));
    expect([...logProbabilities.data]).toEqual([-Math.LN2, -Math.LN2]);
    expect([...expectedEntropy.data]).toEqual([0]);
    expect([...entropies(logProbabilities).data]).toEqual([Math.LN2]);
  });

  test("samples that agree: none of it is", () => {
    const { perImage, expectedEntropy } = evaluation({ logits: logits([0, 0, 0, 0, 0, 0], [3, 1, 2]) }, labels(0));
    expect(expectedEntropy).toBeCloseTo(Math.LN2, 15);
    expect(perImage.mutualInformation[0]).toBeCloseTo(0, 15);
  });

  test("logits too far apart for probabilities keep their logarithms", () => {
    const { logProbabilities } = predictiveDistribution(logits([5000, 0, 4000], [1, 1, 3]));
    expect([...logProbabilities.data]).toEqual([0, -5000, -1000]);
    expect(negativeLogLikelihood(logProbabilities, labels(1))).toBe(5000);
  });

  test("a class that is ruled out has probability 0", () => {
    const { logProbabilities, expectedEntropy } = predictiveDistribution(
      logits([0, -Infinity, 0, -Infinity], [2, 1, 2]),
    );
    expect([...logProbabilities.data]).toEqual([0, -Infinity]);
    expect([...expectedEntropy.data, ...entropies(logProbabilities).data]).toEqual([0, 0]);
  });

  test("samples and images are not mixed up", () => {
    // Image 0: p = (3/4, 1/4) and (1/4, 3/4); image 1: (9/10, 1/10) twice.
    const [a, b] = [Math.log(3), Math.log(9)];
    const probabilities = meanProbabilities({ logits: logits([a, 0, b, 0, 0, a, b, 0], [2, 2, 2]) });
    expect(probabilities.shape).toEqual([2, 2]);
    for (const [index, expected] of [0.5, 0.5, 0.9, 0.1].entries()) {
      expect(probabilities.data[index]).toBeCloseTo(expected, 14);
    }
  });

  const refused: [string, Tensor, string][] = [
    ["two axes", logits([1, 2], [1, 2]), "expected shape [samples, images, classes], none of them 0, got [1,2]"],
    ["no samples", logits([], [0, 1, 2]), "none of them 0, got [0,1,2]"],
    ["no images", logits([], [1, 0, 2]), "none of them 0, got [1,0,2]"],
    ["integers", tensor(BigInt64Array.of(1n, 2n), [1, 1, 2]), "expected float32 or float64, got int64"],
    ["NaN", logits([0, 0, 0, 0, 0, 0, Number.NaN, 0], [2, 2, 2]), "sample 1 of image 1 holds NaN"],
    ["infinity", logits([0, 0, Infinity, 0], [2, 1, 2]), "sample 1 of image 0 holds Infinity"],
    ["no class left", logits([-Infinity, -Infinity], [1, 1, 2]), "sample 0 of image 0 holds -Infinity"],
  ];
  test.each(refused)("%s: refused", (_, value, message) => {
    const asking = [() => meanProbabilities({ logits: value }), () => predictedClasses({ logits: value })];
    for (const ask of [() => predictiveDistribution(value), ...asking]) {
      expect(ask).toThrow(expect.objectContaining({ code: "data", message: expect.stringContaining(message) }));
    }
  });
});

describe("logits of any size", () => {
  const classes = 5;
  const spread = [0, 0.5, -0.25, 1, -2];
  const plain = evaluation({ logits: logits(spread, [1, 1, classes]) }, labels(3));

  // Numbers that a float holds exactly, and the differences between the logits as well.
  test.each([2 ** 20, 2 ** 40, -(2 ** 40)])("moved by %d they say the same, digit by digit", (by) => {
    const moved = logits(
      spread.map((value) => value + by),
      [1, 1, classes],
    );
    expect(evaluation({ logits: moved }, labels(3))).toEqual(plain);
  });

  test.each([1e15, 1e16, 1e300, -1e300, Number.MAX_VALUE])("%d twice: half each", (value) => {
    const { nll, brier, predictiveEntropy, expectedEntropy, perImage } = evaluation(
      { logits: logits([value, value], [1, 1, 2]) },
      labels(1),
    );
    expect([nll, predictiveEntropy, expectedEntropy]).toEqual([Math.LN2, Math.LN2, Math.LN2]);
    expect(brier).toBeCloseTo(0.5, 15);
    expect(perImage.confidence[0]).toBeCloseTo(0.5, 15);
  });

  test("of float32 as well", () => {
    const single = tensor(Float32Array.of(1e16, 1e16, 3e38, 3e38), [1, 2, 2]);
    for (const probability of meanProbabilities({ logits: single }).data) expect(probability).toBeCloseTo(0.5, 15);
  });

  test("so far apart that their difference overflows: the lower class is ruled out", () => {
    const apart = { logits: logits([Number.MAX_VALUE, -Number.MAX_VALUE], [1, 1, 2]) };
    expect([...meanProbabilities(apart).data]).toEqual([1, 0]);
    expect(evaluation(apart, labels(1)).nll).toBe(Infinity);
  });
});
