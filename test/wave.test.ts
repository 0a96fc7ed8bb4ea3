import { describe, expect, test } from "vitest";
import { tensor } from "../src/tensor.ts";
import { digest, wave } from "../src/wave.ts";

const unitRoundoff = 2 ** -53;

describe("wave", () => {
  // From numpy's sin. The arguments are the same bit for bit; sin itself may be rounded either way.
  test.each([
    [0, [-0.11634892979807995, -0.5141723850877724, -0.8211777837765364]],
    [1000, [-0.9232107693535462, -0.9995799233817007]],
    [5000, [0.7629541932934693, 0.4299535613756076]],
    [50_000, [-0.2988112188977288]],
  ])("number %i is numpy's", (k, expected) => {
    const got = wave(k, expected.length);
    for (const [i, value] of expected.entries())
      expect(Math.abs((got[i] ?? Number.NaN) - value)).toBeLessThan(2 * unitRoundoff);
  });

  test("is right far out, where the argument is large", () => {
    const far = wave(5000, 2_400_000);
    expect(far.at(-1)).toBeCloseTo(0.5571707096403261, 14);
    for (let i = 0; i < far.length; i += 1009) {
      const sine = Math.sin(12.9898 * (i + 1) + 78.233 * 5001);
      expect(Math.abs((far[i] ?? Number.NaN) - sine)).toBeLessThan(4 * unitRoundoff * Math.abs(sine));
    }
  });
});

describe("digest", () => {
  test("is numpy's exactly rounded sum, norm and projection", () => {
    const [sum, norm, projection] = digest(tensor(wave(7, 1000)));
    expect(sum).toBeCloseTo(-3.8068957256554112, 13);
    expect(norm).toBeCloseTo(22.368309388410776, 13);
    expect(projection).toBeCloseTo(-197.6888933584469, 12);
  });

  test("loses nothing to cancellation", () => {
    expect(digest(tensor(Float64Array.of(1, 1e100, 1, -1e100)))[0]).toBe(2);
  });

  test("takes whole numbers, and keeps NaN and infinities", () => {
    expect(digest(tensor(BigInt64Array.of(3n, 4n))).slice(0, 2)).toEqual([7, 5]);
    expect(digest(tensor(Float64Array.of(1, Number.NaN)))[0]).toBeNaN();
    expect(digest(tensor(Float64Array.of(1, Number.POSITIVE_INFINITY, 1)))[0]).toBe(Number.POSITIVE_INFINITY);
  });
});
