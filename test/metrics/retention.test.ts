import { describe, expect, test } from "vitest";
import { retention } from "../../src/metrics.ts";

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
