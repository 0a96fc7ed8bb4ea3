import { describe, expect, test } from "vitest";
import { fromHalves, type HalfDtype, toHalves } from "../../src/tensor/halves.ts";

const all = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);

describe.each<[HalfDtype, number, number]>([
  ["float16", 2 ** -10, 2 ** -24],
  ["bfloat16", 2 ** -7, 2 ** -133],
])("%s", (dtype, spacing, smallest) => {
  const rounded = (...values: number[]) => [...fromHalves(toHalves(new Float32Array(values), dtype), dtype)];

  test("every number comes back from float32 as it was", () => {
    const floats = fromHalves(all, dtype);
    const numbers = all.filter((_, i) => !Number.isNaN(floats[i]));
    expect(
      toHalves(
        floats.filter((value) => !Number.isNaN(value)),
        dtype,
      ),
    ).toEqual(numbers);
  });

  test("rounds to the nearest, ties to even", () => {
    expect(rounded(1 + spacing / 2, 1 + 1.5 * spacing, 1 + 0.51 * spacing)).toEqual([1, 1 + 2 * spacing, 1 + spacing]);
    expect(rounded(smallest / 2, 1.5 * smallest, 0.75 * smallest)).toEqual([0, 2 * smallest, smallest]);
  });

  test("keeps signs, infinities and NaN", () => {
    const kept = [0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, -smallest];
    expect(rounded(...kept)).toEqual(kept);
  });

  test("NaN of any payload stays NaN", () => {
    const payload = new Float32Array(new Uint32Array([0x7f800001]).buffer);
    expect(fromHalves(toHalves(payload, dtype), dtype)[0]).toBeNaN();
  });

  test("what is too large is infinite", () => {
    expect(rounded(3.4e38)).toEqual([Number.POSITIVE_INFINITY]);
    expect(rounded(dtype === "float16" ? 65519 : 3.38e38)[0]).toBeLessThan(Number.POSITIVE_INFINITY);
  });
});

test("known bits", () => {
  expect([...toHalves(new Float32Array([1, -2, 65504, 2 ** -24]), "float16")]).toEqual([0x3c00, 0xc000, 0x7bff, 1]);
  expect([...toHalves(new Float32Array([1, -2, 3.140625]), "bfloat16")]).toEqual([0x3f80, 0xc000, 0x4049]);
});
