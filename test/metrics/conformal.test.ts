import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { negativeLogLikelihood } from "../../src/metrics/scores.ts";
import {
  calibrated,
  calibrateSets,
  conformalQuality,
  conformalSets,
  evaluation,
  fitTemperature,
  meanProbabilities,
  predictiveDistribution,
  withTemperature,
} from "../../src/metrics.ts";
import { normalNumbers, streamKey, uniformNumbers } from "../../src/random.ts";
import { tensor } from "../../src/tensor.ts";
import { labels, logits } from "./numbers.ts";

const python = join(import.meta.dirname, "../../.adsam/venv/bin/python");
const cases = 60;

/** Of 2 to 6 classes and up to 3 samples; images of a half for each of two halves. */
function randomCase(number: number) {
  const uniform = uniformNumbers(number);
  const normal = normalNumbers(uniform);
  const below = (limit: number) => Math.floor(uniform() * limit);
  const [samples, half, classes] = [1 + below(3), 20 + below(30), 2 + below(5)];
  const scale = 10 ** (uniform() - 0.3);
  const values = Array.from({ length: samples }, () =>
    Array.from({ length: 2 * half }, () => Array.from({ length: classes }, () => scale * normal())),
  );
  const draw = (stream: string) => {
    const part = uniformNumbers(streamKey(number, stream));
    return Array.from({ length: half }, part);
  };
  return {
    logits: values,
    labels: Array.from({ length: 2 * half }, () => below(classes)),
    coverage: [0.5, 0.8, 0.9][number % 3] ?? 0.9,
    parts: [draw("calibration"), draw("sets")],
  };
}

type Case = ReturnType<typeof randomCase>;

function part(one: Case, from: number, to: number) {
  const values = one.logits.map((sample) => sample.slice(from, to));
  const shape = [values.length, to - from, values[0]?.[0]?.length ?? 0];
  return {
    prediction: { logits: tensor(Float64Array.from(values.flat(2)), shape) },
    labels: tensor(Uint8Array.from(one.labels.slice(from, to))),
  };
}

test("temperatures and sets are those of scipy and numpy, in 60 random cases", () => {
  const given = Array.from({ length: cases }, (_, number) => randomCase(number));
  const { stdout, stderr, status } = spawnSync(python, [join(import.meta.dirname, "conformal.py")], {
    input: JSON.stringify(given),
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  expect(status, stderr).toBe(0);
  const theirs = JSON.parse(stdout) as ({ nll: number } & Record<"split" | "aps", Record<string, number>>)[];
  let held = 0;
  for (const [number, one] of given.entries()) {
    const expected = theirs[number];
    const count = one.labels.length;
    const all = part(one, 0, count);
    const scaled = withTemperature(all.prediction, fitTemperature(all.prediction, all.labels));
    const nll = negativeLogLikelihood(predictiveDistribution(scaled.logits).logProbabilities, all.labels);
    expect(Math.abs(nll - (expected?.nll ?? Number.NaN)), `case ${number}`).toBeLessThan(1e-6);
    const [fitted, judged] = [part(one, 0, count / 2), part(one, count / 2, count)];
    for (const method of ["split", "aps"] as const) {
      const rule = calibrateSets(fitted.prediction, fitted.labels, { method, coverage: one.coverage, seed: number });
      const { threshold = Number.NaN, margin = 0, ...quality } = expected?.[method] ?? {};
      expect(Math.abs(rule.threshold - threshold), `case ${number}: ${method}`).toBeLessThan(1e-9);
      if (margin < 1e-9) continue; // a score on the threshold, where rounding decides
      held += 1;
      expect(conformalQuality(conformalSets(judged.prediction, rule), judged.labels)).toMatchObject(quality);
    }
  }
  expect(held).toBeGreaterThan(1.8 * cases);
}, 60_000);

/** Labels that are drawn from what a model says, at a temperature of its own. */
function drawn(images: number, sharpness: number) {
  const normal = normalNumbers(uniformNumbers(1));
  const values = Float64Array.from({ length: images * 5 }, () => 2 * normal());
  const truth = meanProbabilities({ logits: tensor(values, [1, images, 5]) }).data;
  const uniform = uniformNumbers(2);
  const found = Array.from({ length: images }, (_, image) => {
    const below = uniform();
    const summed = [0, 1, 2, 3].map((last) =>
      truth.subarray(image * 5, image * 5 + last + 1).reduce((sum, probability) => sum + probability, 0),
    );
    return summed.filter((sum) => sum <= below).length;
  });
  const said = tensor(
    values.map((value) => sharpness * value),
    [1, images, 5],
  );
  return { prediction: { logits: said }, labels: labels(...found) };
}

test("a model that is three times too sharp has temperature 3, and its sets hold what they are to hold", () => {
  const { prediction, labels: own } = drawn(4000, 3);
  const found = calibrated(prediction, own, { coverage: 0.9 });
  expect(found).toMatchObject({ fittedOn: 2000, judgedBy: 2000, coverageAsked: 0.9 });
  expect(found.temperature).toBeGreaterThan(2.7);
  expect(found.temperature).toBeLessThan(3.3);
  expect(found.after.nll).toBeLessThan(found.before.nll);
  expect(found.after.ece).toBeLessThan(found.before.ece / 2);
  // The standard error of a coverage over two halves of 2,000 is sqrt(2 * 0.09 / 2000) = 0.0095.
  for (const { coverage, meanSize } of Object.values(found.sets)) {
    expect(Math.abs(coverage - 0.9)).toBeLessThan(4 * 0.0095);
    expect(meanSize).toBeLessThan(5);
  }
  expect(evaluation(prediction, own).calibrated).toBeNull();
  expect(evaluation(prediction, own, { calibrate: { coverage: 0.9 } }).calibrated).toEqual(found);
});

test("sets hold the likeliest classes first, and up to all of them", () => {
  const prediction = { logits: logits([Math.log(0.2), Math.log(0.5), Math.log(0.3)], [1, 1, 3]) };
  const rule = { method: "split", coverage: 0.9, threshold: 0.75, seed: 0 } as const;
  expect(conformalSets(prediction, rule)).toEqual([[1, 2]]);
  expect(conformalSets(prediction, { ...rule, threshold: 1 })).toEqual([[1, 2, 0]]);
  expect(conformalSets(prediction, { ...rule, threshold: 0.1 })).toEqual([[]]);
  expect(conformalQuality([[1, 2], []], labels(2, 0))).toEqual({ coverage: 0.5, meanSize: 1, empty: 0.5 });
});

test("what cannot be calibrated is refused", () => {
  const prediction = { logits: logits([1, 2, 3, 4], [1, 2, 2]) };
  const own = labels(0, 1);
  expect(() => calibrateSets(prediction, own)).toThrow("a coverage of 0.9 takes 9 images to calibrate on, got 2");
  expect(() => calibrateSets(prediction, own, { coverage: 1 })).toThrow("expected a number between 0 and 1, got 1");
  expect(() => calibrateSets(prediction, labels(0))).toThrow("expected a label for each of 2 images, got 1");
  expect(() => calibrated(prediction, labels(0))).toThrow("expected a label for each of 2 images, got 1");
  expect(() => withTemperature(prediction, 0)).toThrow("expected a temperature above 0, got 0");
  expect(() => calibrated({ logits: logits([1, 2], [1, 1, 2]) }, labels(0))).toThrow("expected at least 2 images");
  // Always right: the sharper, the better, to the end of what is looked at.
  expect(fitTemperature({ logits: logits([3, 0, 0, 3], [1, 2, 2]) }, labels(0, 1))).toBeCloseTo(1 / 64, 6);
});
