import { describe, expect, test } from "vitest";
import type { Dataset } from "../../src/data/dataset.ts";
import {
  asTheyAre,
  checkAgreement,
  normalizationForEvaluation,
  resolveNormalization,
  saidOf,
} from "../../src/data/normalization.ts";
import { tensor } from "../../src/tensor.ts";

const trained = { scale: 255, mean: [0.5, 0.4, 0.3], std: [0.25, 0.2, 0.3] };
const other = { scale: 16, mean: [0, 0, 0], std: [1, 1, 1] };
const pixels = tensor(new Uint8Array(3), [1, 3, 1, 1]);
const floats = tensor(new Float32Array(3), [1, 3, 1, 1]);

test("pixels are for the model, floats are its input; whatever else is asked for is taken at its word", () => {
  expect(resolveNormalization(trained, pixels, "model")).toBe(trained);
  expect(resolveNormalization(trained, tensor(new BigInt64Array(3), [1, 3, 1, 1]), "model")).toBe(trained);
  for (const own of [trained, null]) {
    expect(resolveNormalization(own, floats, "model")).toBeNull();
    for (const images of [pixels, floats]) {
      expect(resolveNormalization(own, images, other)).toBe(other);
      expect(resolveNormalization(own, images, null)).toBeNull();
    }
  }
  expect(() => resolveNormalization(null, pixels, "model")).toThrow("the model knows none");
});

test("a data set whose pixels are the input already says so", () => {
  expect(saidOf(pixels, null)).toBe(asTheyAre);
  expect(saidOf(floats, null)).toBeNull();
  expect(saidOf(pixels, other)).toBe(other);
});

test("a data set and a model that knows none, or whose images are floats, agree", () => {
  checkAgreement(null, pixels, other);
  checkAgreement(trained, pixels, { ...trained });
  checkAgreement(trained, floats, null);
  checkAgreement(asTheyAre, pixels, null);
  for (const [images, said] of [
    [pixels, other],
    [floats, other],
    [pixels, null],
  ] as const) {
    expect(() => checkAgreement(trained, images, said)).toThrow(expect.objectContaining({ code: "data" }));
  }
});

describe("an evaluation", () => {
  const set = (images: typeof pixels | typeof floats, normalization: Dataset["normalization"]): Dataset => {
    const part = { images, labels: tensor(new Uint8Array(1)) };
    return { name: "mine", classes: 2, train: part, test: part, normalization };
  };

  test("goes by the data set, and the model must agree unless it is said which is meant", () => {
    const data = set(pixels, other);
    expect(normalizationForEvaluation(undefined, data, trained)).toEqual({ normalization: other, agreed: true });
    expect(normalizationForEvaluation("data", data, trained)).toEqual({ normalization: other, agreed: false });
    expect(normalizationForEvaluation("model", data, trained)).toEqual({ normalization: trained, agreed: false });
    expect(normalizationForEvaluation(null, data, trained)).toEqual({ normalization: null, agreed: false });
  });

  test("by the model normalises floats too, where the data set says that they are pixels", () => {
    expect(normalizationForEvaluation("model", set(floats, other), trained).normalization).toBe(trained);
    expect(normalizationForEvaluation("model", set(floats, null), trained).normalization).toBe("model");
    expect(() => normalizationForEvaluation("model", set(floats, other), null)).toThrow("the model knows none");
  });
});
