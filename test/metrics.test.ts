import { describe, expect, test } from "vitest";
import {
  accuracy,
  brierScore,
  confidences,
  entropies,
  evaluation,
  expectedCalibrationError,
  meanProbabilities,
  negativeLogLikelihood,
  predictedClasses,
  predictiveDistribution,
  retention,
} from "../src/metrics.ts";
import { type Tensor, tensor } from "../src/tensor.ts";

/** Log probabilities [N, C] of these probabilities. */
const logs = (rows: number[][]) =>
  tensor(Float64Array.from(rows.flat(), Math.log), [rows.length, rows[0]?.length ?? 0]);
const labels = (...values: number[]) => tensor(Uint8Array.from(values));
const logits = (values: number[], shape: number[]) => tensor(Float64Array.from(values), shape);

describe("a prediction that Python judged", () => {
  // logits[s, n, c] = n / 10 sin(12.9898 (3n + c + 1)) + 1.5 sin(78.233 (120s + 3n + c + 1)), s < 5, n < 40, c < 3.
  // Every number below was computed from it in float64 by torch 2.13 (softmax, nll_loss, Categorical.entropy) and numpy.
  const [samples, images, classes] = [5, 40, 3];
  const values = Array.from({ length: samples * images * classes }, (_, index) => {
    const [row, sample] = [index % (images * classes), Math.floor(index / (images * classes))];
    const image = Math.floor(row / classes);
    return 0.1 * image * Math.sin(12.9898 * (row + 1)) + 1.5 * Math.sin(78.233 * (120 * sample + row + 1));
  });
  const prediction = { logits: logits(values, [samples, images, classes]) };
  // biome-ignore format: one line says it
  const truth = labels(1, 1, 0, 1, 2, 2, 1, 0, 1, 1, 2, 1, 1, 2, 1, 1, 0, 1, 1, 2, 1, 1, 0, 1, 1, 1, 1, 1, 1, 2, 1, 1, 0, 1, 2, 1, 1, 0, 2, 1);
  const judged = evaluation(prediction, truth, { retentionSteps: 4 });

  test.each([
    ["accuracy", 0.825],
    ["nll", 0.857819398631684],
    ["brier", 0.5248260362093742],
    ["ece", 0.41812694713564713],
    ["predictiveEntropy", 0.9716047855863431],
    ["expectedEntropy", 0.7091890264233907],
    ["mutualInformation", 0.2624157591629525],
  ] as const)("%s", (name, expected) => {
    expect(judged[name]).toBeCloseTo(expected, 12);
  });

  test("calibration error in 5 bins", () => {
    expect(evaluation(prediction, truth, { bins: 5 }).ece).toBeCloseTo(0.4109411078111414, 12);
  });

  test("mean probabilities", () => {
    const [first, second, third] = meanProbabilities(prediction.logits).data;
    expect(first).toBeCloseTo(0.18938302692616635, 12);
    expect(second).toBeCloseTo(0.5591309056340518, 12);
    expect(third).toBeCloseTo(0.25148606743978186, 12);
  });

  test("retention", () => {
    expect(judged.retention.map(({ fraction }) => fraction)).toEqual([0.25, 0.5, 0.75, 1]);
    for (const [index, expected] of [0.6, 0.7, 23 / 30, 0.825].entries()) {
      expect(judged.retention[index]?.accuracy).toBeCloseTo(expected, 12);
    }
  });

  test("the last image", () => {
    const { perImage } = judged;
    expect([perImage.label[39], perImage.predicted[39]]).toEqual([1, 2]);
    expect(perImage.confidence[39]).toBeCloseTo(0.7014105114301147, 12);
    expect(perImage.predictiveEntropy[39]).toBeCloseTo(0.6904098012587456, 12);
    expect(perImage.mutualInformation[39]).toBeCloseTo(0.27002615003212227, 12);
    expect(Object.values(perImage).map((column) => column.length)).toEqual([40, 40, 40, 40, 40]);
  });

  test("it survives JSON", () => {
    expect(JSON.parse(JSON.stringify(judged))).toEqual(judged);
  });

  test("float32 logits and int64 labels give nearly the same", () => {
    const single = { logits: tensor(Float32Array.from(values), prediction.logits.shape) };
    const long = tensor(BigInt64Array.from(truth.data, BigInt));
    expect(evaluation(single, long).nll).toBeCloseTo(judged.nll, 6);
  });
});

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
    const probabilities = meanProbabilities(logits([a, 0, b, 0, 0, a, b, 0], [2, 2, 2]));
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
    expect(() => predictiveDistribution(value)).toThrow(
      expect.objectContaining({ code: "data", message: expect.stringContaining(message) }),
    );
  });
});

describe("scores", () => {
  const three = logs([
    [0.7, 0.2, 0.1],
    [0.1, 0.3, 0.6],
    [0.4, 0.4, 0.2],
  ]);

  test("the first of equal classes is predicted", () => {
    expect(predictedClasses(three)).toEqual([0, 2, 0]);
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
    ["floats", tensor(Float32Array.of(0, 1, 2)), "labels: expected uint8 or int64, got float32"],
    ["a column", tensor(Uint8Array.of(0, 1, 2), [3, 1]), "labels: expected shape [N], got [3,1]"],
  ])("labels that do not fit: %s", (_, wrong, message) => {
    for (const score of [accuracy, negativeLogLikelihood, brierScore, expectedCalibrationError]) {
      expect(() => score(three, wrong)).toThrow(expect.objectContaining({ code: "data", message }));
    }
  });
});

describe("expected calibration error", () => {
  const confident = (...values: number[]) => logs(values.map((confidence) => [confidence, 1 - confidence]));

  test("bins are closed above", () => {
    // (0, 1/2] and (1/2, 1]: 0.5 wrong is alone; 0.75 right and 1 right share a bin.
    expect(expectedCalibrationError(confident(0.5, 0.75, 1), labels(1, 0, 0), 2)).toBeCloseTo((0.5 + 0.25) / 3, 15);
    // (1/2, 3/4] and (3/4, 1]: 0.75 wrong and 1 right are apart.
    expect(expectedCalibrationError(confident(0.75, 1), labels(1, 0), 4)).toBeCloseTo(0.75 / 2, 15);
  });

  test("over- and underconfidence within one bin cancel, across bins they add", () => {
    const mixed = confident(0.9, 0.6);
    expect(expectedCalibrationError(mixed, labels(1, 0), 1)).toBeCloseTo(Math.abs(0.5 - 0.75), 15);
    expect(expectedCalibrationError(mixed, labels(1, 0), 5)).toBeCloseTo((0.9 + 0.4) / 2, 15);
  });

  test.each([0, -1, 1.5, Number.NaN])("%s bins", (bins) => {
    expect(() => expectedCalibrationError(confident(0.5), labels(0), bins)).toThrow(
      expect.objectContaining({ code: "usage" }),
    );
  });
});

describe("retention", () => {
  test("the most certain first, rounded up to whole images", () => {
    const points = retention([0.3, 0.1, 0.2], [false, true, true], 4);
    expect(points).toEqual([
      { fraction: 0.25, accuracy: 1 },
      { fraction: 0.5, accuracy: 1 },
      { fraction: 0.75, accuracy: 2 / 3 },
      { fraction: 1, accuracy: 2 / 3 },
    ]);
  });

  test("equals keep their order", () => {
    expect(retention([1, 1, 1, 1], [true, false, false, true], 4).map(({ accuracy }) => accuracy)).toEqual([
      1,
      1 / 2,
      1 / 3,
      1 / 2,
    ]);
  });

  test("20 points unless told otherwise", () => {
    const points = retention([1], [true]);
    expect(points.map(({ fraction }) => fraction)).toEqual(Array.from({ length: 20 }, (_, step) => (step + 1) / 20));
  });

  test("lengths that differ, no images, no steps", () => {
    expect(() => retention([1], [true, false])).toThrow("expected an uncertainty for each image, got 1 for 2");
    expect(() => retention([], [])).toThrow(expect.objectContaining({ code: "usage" }));
    expect(() => retention([1], [true], 0)).toThrow("expected at least 1 step, got 0");
  });
});
