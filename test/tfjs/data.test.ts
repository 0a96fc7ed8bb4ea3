import { describe, expect, test } from "vitest";
import { normalize } from "../../src/data/normalization.ts";
import { permutation, streamKey, uniformNumbers } from "../../src/random.ts";
import { fitOptions } from "../../src/schema/options.ts";
import { tensor } from "../../src/tensor.ts";
import { augment, pick } from "../../src/tfjs/data.ts";
import { Streams } from "../../src/tfjs/streams.ts";

/** Images [count, 3, 3, 3] whose pixels are all different and none of them 0. */
function images(count: number) {
  return tensor(
    Uint8Array.from({ length: count * 27 }, (_, i) => i + 1),
    [count, 3, 3, 3],
  );
}

/** Always the same answers, one after another. */
function answers(...values: number[]): () => number {
  let asked = 0;
  return () => values[asked++ % values.length] ?? 0;
}

describe("augmentation", () => {
  test("mirrors columns", () => {
    const { data } = augment(images(1), { flip: true, cropPadding: 0 }, answers(0.4, 0, 0));
    expect([...data.slice(0, 6)]).toEqual([3, 2, 1, 6, 5, 4]);
  });

  test("crops from zeros around: down and right by one", () => {
    const { data } = augment(images(1), { flip: false, cropPadding: 1 }, answers(0, 0.99, 0.99));
    expect([...data.slice(0, 9)]).toEqual([5, 6, 0, 8, 9, 0, 0, 0, 0]);
  });

  test("crops the mirrored image: up and left by one", () => {
    const { data } = augment(images(1), { flip: true, cropPadding: 1 }, answers(0.4, 0, 0));
    expect([...data.slice(0, 9)]).toEqual([0, 0, 0, 0, 3, 2, 0, 6, 5]);
  });

  test("mirrors half of the images, and draws every offset as often", () => {
    const count = 2000;
    const marked = tensor(new Uint8Array(count * 27), [count, 3, 3, 3]);
    for (let n = 0; n < count; n++) marked.data[n * 27 + 3] = 1; // in the middle row, at the left
    const uniform = uniformNumbers(streamKey(1, "test"));
    const { data } = augment(marked, { flip: true, cropPadding: 1 }, uniform);
    const places = Array.from({ length: 9 }, (_, i) => {
      let hits = 0;
      for (let n = 0; n < count; n++) hits += data[n * 27 + i] ?? 0;
      return hits / count;
    });
    // Unmirrored the mark lands at column -1, 0 or 1, mirrored at 1, 2 or 3, with 1/6 each; rows with 1/3 each.
    for (const row of [0, 1, 2]) {
      const [left = 0, middle = 0, right = 0] = places.slice(3 * row);
      // Five standard deviations of 2000 draws.
      expect(Math.abs(left - 1 / 18)).toBeLessThan(0.026);
      expect(Math.abs(middle - 2 / 18)).toBeLessThan(0.036);
      expect(Math.abs(right - 1 / 18)).toBeLessThan(0.026);
    }
  });

  test("does nothing, and copies nothing, when there is nothing to do", () => {
    const whole = images(2);
    expect(augment(whole, { flip: false, cropPadding: 0 }, answers(0))).toBe(whole);
  });
});

test("images are picked in the order asked for", () => {
  expect([...pick(images(3), [2, 0]).data]).toEqual([...images(3).data.slice(54), ...images(3).data.slice(0, 27)]);
});

test("normalisation rounds every operation to float32", () => {
  const { data } = normalize(images(1), { scale: 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
  const [f, pixel] = [Math.fround, 5];
  expect(data[4]).toBe(f(f(f(pixel / 255) - f(0.485)) / f(0.229)));
  expect(normalize(images(1), null).data).toEqual(Float32Array.from(images(1).data));
});

describe("an order of the images", () => {
  test("has each of them once, another one each time, and the same ones from the same seed", () => {
    const streams = new Streams(fitOptions.parse({ seed: 3 }));
    const orders = [0, 1, 0].map((epoch) => permutation(50, streams.order(epoch)));
    expect(orders[0]?.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(orders[1]).not.toEqual(orders[0]);
    expect(orders[2]).toEqual(orders[0]);
  });
});
