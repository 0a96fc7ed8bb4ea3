import { describe, expect, test } from "vitest";
import { evaluation, expectedCalibrationError, reliability } from "../../src/metrics.ts";
import { labels, logits, logs } from "./numbers.ts";

describe("expected calibration error", () => {
  const confident = (...values: number[]) => logs(values.map((confidence) => [confidence, 1 - confidence]));

  test("bins are closed above", () => {
    // (0, 1/2] and (1/2, 1]: 0.5 wrong is alone; 0.75 right and 1 right share a bin.
    expect(expectedCalibrationError(confident(0.5, 0.75, 1), labels(1, 0, 0), 2)).toBeCloseTo((0.5 + 0.25) / 3, 15);
    // (1/2, 3/4] and (3/4, 1]: 0.75 wrong and 1 right are apart.
    expect(expectedCalibrationError(confident(0.75, 1), labels(1, 0), 4)).toBeCloseTo(0.75 / 2, 15);
  });

  test("equal distributions share a bin, however large their logits are", () => {
    // Five equal classes in 15 bins: 1 / 5 is the edge 3 / 15. 438 in 1000 images are classified right.
    const [images, classes] = [1000, 5];
    const moved = Array.from({ length: images }, (_, image) => Array<number>(classes).fill(2 ** ((image % 110) - 55)));
    const truth = labels(...Array.from({ length: images }, (_, image) => (image < 438 ? 0 : 1)));
    const { ece } = evaluation({ logits: logits(moved.flat(), [1, images, classes]) }, truth);
    expect(ece).toBeCloseTo(0.438 - 0.2, 12);
  });

  test("a confidence at an edge is on it, whichever way its last digit was rounded", () => {
    for (let bins = 3; bins <= 40; bins++) {
      for (let edge = Math.floor(bins / 2) + 1; edge < bins; edge++) {
        const confidence = edge / bins;
        const around = [confidence * (1 - 2 ** -52), confidence, confidence * (1 + 2 ** -52), confidence - 0.3 / bins];
        // All in bin `edge`, where half are right.
        const gap = Math.abs(0.5 - around.reduce((sum, value) => sum + value) / around.length);
        expect(expectedCalibrationError(confident(...around), labels(0, 1, 0, 1), bins)).toBeCloseTo(gap, 12);
      }
    }
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

describe("reliability", () => {
  test("has the images of each bin that has any, by their confidence", () => {
    const bins = reliability([0.3, 0.9, 0.5, 0.8], [true, false, false, true], 2);
    expect(bins).toEqual([
      { from: 0, to: 0.5, images: 2, confidence: 0.4, accuracy: 0.5 },
      { from: 0.5, to: 1, images: 2, confidence: expect.closeTo(0.85, 12), accuracy: 0.5 },
    ]);
    expect(reliability([0.9], [true], 4)).toEqual([{ from: 0.75, to: 1, images: 1, confidence: 0.9, accuracy: 1 }]);
  });

  test("is refused of other than a confidence for each image", () => {
    expect(() => reliability([0.5], [true, false])).toThrow("expected a confidence for each image, got 1 for 2");
  });
});
