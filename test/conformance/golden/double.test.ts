import { describe, expect, test } from "vitest";
import type { Comparison } from "../../../src/conformance/comparison.ts";
import { type Expectation, expected, type Value } from "../../../src/conformance/golden/case.ts";
import { compare } from "../../../src/conformance/golden/double.ts";

function compareOne(kind: Expectation["kind"], recorded: readonly Value[], answer?: ArrayLike<Value>): Comparison {
  const answers = new Map(answer === undefined ? [] : [["t", answer]]);
  const [comparison] = compare([{ tensor: "t", kind, values: recorded }], answers);
  if (comparison === undefined) throw new Error("one expectation gives one comparison");
  return comparison;
}

describe("numbers", () => {
  test("equal ones have no error", () => {
    expect(compareOne("numbers", [1, -2, 0], Float64Array.of(1, -2, 0))).toEqual({
      tensor: "t",
      maxAbs: 0,
      maxRel: 0,
      tolerance: 1e-9,
    });
  });

  test("errors are relative to the expected number", () => {
    expect(compareOne("numbers", [4], [4 + 4e-10]).message).toBeUndefined();
    const { message, maxRel, maxAbs } = compareOne("numbers", [1, 4], [1, 4 + 4e-8]);
    expect(maxRel).toBeCloseTo(1e-8, 12);
    expect(maxAbs).toBeCloseTo(4e-8, 12);
    expect(message).toMatch(/^t\[1\]: expected 4, got 4\.00000004 \(relative error 1\.0e-8, at most 1e-9\)$/);
  });

  test("what cancellation left over errs by the rounding of the large numbers beside it", () => {
    expect(compareOne("numbers", [1, 1e-16], [1, 3e-16]).message).toBeUndefined();
    expect(compareOne("numbers", [1, 1e-5], [1, 1.00001e-5]).message).toBeDefined();
    expect(compareOne("numbers", [1e-16], [3e-16]).message).toBeDefined();
  });

  test("a zero with nothing beside it must be zero", () => {
    expect(compareOne("numbers", [0], [0]).message).toBeUndefined();
    expect(compareOne("numbers", [0], [1e-300]).message).toBeDefined();
  });

  test("NaN and infinities match themselves only", () => {
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
    expect(compareOne("numbers", [nan, infinity, 1], [nan, infinity, 1]).message).toBeUndefined();
    expect(compareOne("numbers", [1, 1], [1, nan])).toMatchObject({ maxRel: infinity, maxAbs: infinity });
    expect(compareOne("numbers", [nan], [1]).message).toBeDefined();
    expect(compareOne("numbers", [infinity], [-infinity]).message).toBeDefined();
    expect(compareOne("digest", [1, nan, 1], [2, nan, 1]).message).toBeDefined();
  });

  test("null is not compared", () => {
    expect(compareOne("numbers", [null, 2], [Number.NaN, 2]).message).toBeUndefined();
    expect(expected("numbers", "t", null)).toEqual([]);
    expect(expected("numbers", "t", undefined)).toEqual([]);
    expect(expected("digest", "t", [null, null, null])).toEqual([]);
  });

  test("a missing tensor and another length fail", () => {
    expect(compareOne("numbers", [1]).message).toBe("t: expected, but the backend gave nothing of that name");
    expect(compareOne("numbers", [1, 2], [1]).message).toBe("t: expected 2 values, got 1");
    expect(compareOne("numbers", [1, null], [1]).message).toBe("t: expected 2 values, got 1");
  });
});

test("a digest's numbers are large or small against its norm", () => {
  expect(compareOne("digest", [-7e-15, 16, -1.7], [2e-15, 16, -1.7]).message).toBeUndefined();
  expect(compareOne("digest", [-5.21932e-4, 192, 25_790], [-5.21933e-4, 192, 25_790]).message).toBeDefined();
  expect(compareOne("digest", [1, 12.3, -44], [1, 12.3001, -44]).message).toBeDefined();
});

test("gradients carry the rounding of a whole backward", () => {
  const norm = 12.3;
  expect(compareOne("gradient", [0.01, norm, -44], [0.01 + 1e-10 * norm * 0.9, norm, -44]).message).toBeUndefined();
  expect(compareOne("gradient", [0.01, norm, -44], [0.010001, norm, -44]).message).toBeDefined();
  expect(compareOne("gradient", [1, norm, -44], [1, 12.3001, -44]).message).toBeDefined();
});

test("a number stored as float32 may differ by its rounding", () => {
  expect(compareOne("float32", [Math.fround(15.5855302)], [15.5855302]).message).toBeUndefined();
  expect(compareOne("float32", [15.5855], [15.5856]).message).toBeDefined();
});

test("counts, names and flags are the same or not", () => {
  expect(compareOne("exact", ["a", "b"], ["a", "b"]).message).toBeUndefined();
  expect(compareOne("exact", ["a", "b"], ["a", "c"]).message).toBe("t[1]: expected b, got c (must be the same)");
  expect(compareOne("exact", [539_444], [539_445]).message).toBeDefined();
  expect(compareOne("exact", [true], [false]).message).toBeDefined();
  expect(compareOne("exact", [], []).message).toBeUndefined();
});
