import { describe, expect, test } from "vitest";
import { downsample, drawGrey, greyOf, sideBySide } from "../../src/cli/picture.ts";
import { loadDataset } from "../../src/data/index.ts";
import { tensor } from "../../src/tensor.ts";

const scale16 = { scale: 16, mean: [0, 0, 0], std: [1, 1, 1] };

describe("greyOf", () => {
  const images = tensor(Uint8Array.from([...Array(12).fill(0), 0, 4, 8, 16, 0, 4, 8, 16, 0, 4, 8, 16]), [2, 3, 2, 2]);

  test("is the mean of the channels over the scale", () => {
    expect(greyOf(images, 1, scale16)).toEqual([
      [0, 0.25],
      [0.5, 1],
    ]);
    expect(greyOf(images, 0, scale16).flat()).toEqual([0, 0, 0, 0]);
  });

  test("goes from the lowest to the highest where there is no scale", () => {
    const inputs = tensor(Float32Array.from([-1, 0, 1, 3]), [1, 1, 2, 2]);
    expect(greyOf(inputs, 0, null)).toEqual([
      [0, 0.25],
      [0.5, 1],
    ]);
    expect(greyOf(tensor(new Float32Array(4).fill(7), [1, 1, 2, 2]), 0, null).flat()).toEqual([0, 0, 0, 0]);
  });
});

describe("downsample", () => {
  test("leaves small pictures as they are", () => {
    const grey = [[0.5]];
    expect(downsample(grey)).toBe(grey);
  });

  test("averages blocks, those at the edge as well", () => {
    const grey = [
      [0, 1, 0.5],
      [1, 0, 0.5],
      [0.2, 0.4, 0.8],
    ];
    const small = downsample(grey, 2);
    expect(small.flat().map((value) => value.toFixed(3))).toEqual(["0.500", "0.500", "0.300", "0.800"]);
    expect(small.length).toBe(2);
  });

  test("makes 16x16 of CIFAR's 32x32", () => {
    const grey = Array.from({ length: 32 }, () => Array.from({ length: 32 }, () => 1));
    expect(drawGrey(grey)).toEqual(Array(16).fill("█".repeat(32)));
  });
});

test("brightness becomes one of five shades, two characters wide", () => {
  expect(drawGrey([[0, 0.2, 0.5, 0.7, 1]])).toEqual(["  ░░▒▒▓▓██"]);
});

test("the first digit is drawn as a 0", async () => {
  const { train, normalization } = await loadDataset("digits");
  expect(drawGrey(greyOf(train.images, 0, normalization)).map((line) => line.trimEnd())).toMatchInlineSnapshot(`
    [
      "    ░░██▒▒",
      "    ████▓▓██░░",
      "    ██    ▓▓▒▒",
      "  ░░▓▓    ▒▒▒▒",
      "  ░░▒▒    ▒▒▒▒",
      "  ░░▓▓    ▓▓▒▒",
      "    ██░░▓▓▓▓",
      "    ░░██▓▓",
    ]
  `);
});

describe("sideBySide", () => {
  const blocks = [["aa", "b"], ["ccc"], ["d", "e", "f"]];

  test("puts as many beside each other as fit", () => {
    expect(sideBySide(blocks, 80)).toBe("aa   ccc  d\nb         e\n          f");
    expect(sideBySide(blocks, 8)).toBe("aa   ccc\nb\n\nd\ne\nf");
  });

  test("shows one a row where even that is too wide", () => {
    expect(sideBySide(blocks, 1).split("\n\n").length).toBe(3);
  });

  test("of nothing is nothing", () => {
    expect(sideBySide([], 80)).toBe("");
  });
});
