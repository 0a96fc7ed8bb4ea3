import { expect, test } from "vitest";
import { real } from "../../src/schema/numbers.ts";

test.each([
  [1.5, 1.5],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
])("a real number on the wire: %s", (wire, value) => {
  expect(real.parse(wire)).toBe(value);
});

test("other strings are no numbers", () => {
  expect(real.safeParse("1.5").success).toBe(false);
});
