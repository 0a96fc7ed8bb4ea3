import { describe, expect, test } from "vitest";
import { evaluation, meanProbabilities, predictedClasses } from "../../src/metrics.ts";
import { tensor } from "../../src/tensor.ts";
import { labels, logits } from "./numbers.ts";

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
    const [first, second, third] = meanProbabilities(prediction).data;
    expect(first).toBeCloseTo(0.18938302692616635, 12);
    expect(second).toBeCloseTo(0.5591309056340518, 12);
    expect(third).toBeCloseTo(0.25148606743978186, 12);
  });

  test("predicted classes", () => {
    expect(predictedClasses(prediction)).toEqual(judged.perImage.predicted);
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
    expect(Object.values(perImage).map((column) => column.length)).toEqual([40, 40, 40, 40, 40, 40]);
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
