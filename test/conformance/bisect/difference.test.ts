import { expect, test } from "vitest";
import { difference } from "../../../src/conformance/bisect/difference.ts";
import { uniform } from "../../../src/conformance/random.ts";

test("the share that is left out are the largest errors, and one more", () => {
  const next = uniform(1);
  for (const count of [1, 2, 3, 10, 101, 1000]) {
    const right = Float64Array.from({ length: count }, () => 1);
    const left = right.map((b, i) => b + (i % 3 === 0 ? 0.5 : next()));
    const errors = left.map((a, i) => Math.abs(a - (right[i] ?? 0))).toSorted();
    for (const share of [0, 0.01, 0.5, 1]) {
      const kept = errors.at(errors.length - 2 - Math.floor(share * count)) ?? 0;
      const expected = Math.floor(share * count) + 1 >= count ? 0 : kept;
      expect(difference(left, right, { share }).error).toBe(expected);
    }
  }
});
