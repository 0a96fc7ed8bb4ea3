import { expect, test } from "vitest";
import { corruptDataset, corruptImages, corruptionNames } from "../../../src/data/corrupt/index.ts";
import { poisson } from "../../../src/data/corrupt/poisson.ts";
import { loadDataset } from "../../../src/data/index.ts";
import { uniformNumbers } from "../../../src/random.ts";
import { type Tensor, tensor } from "../../../src/tensor.ts";

const side = 16;

/** Images whose pixels are those of a function. */
function drawn(
  pixel: (image: number, channel: number, row: number, column: number) => number,
  count = 2,
): Tensor<"uint8"> {
  const data = new Uint8Array(count * 3 * side * side);
  for (let i = 0; i < data.length; i++) {
    const [column, row] = [i % side, Math.floor(i / side) % side];
    const plane = Math.floor(i / (side * side));
    data[i] = pixel(Math.floor(plane / 3), plane % 3, row, column);
  }
  return tensor(data, [count, 3, side, side]);
}

const blocks = drawn(
  (image, channel, row, column) => 40 + 50 * channel + 20 * image + (((row >> 2) + (column >> 2)) % 2) * 60,
);
const plain = drawn((_, channel) => [100, 150, 200][channel] ?? 0);

const rms = (one: Tensor<"uint8">, other: Tensor<"uint8">) =>
  Math.sqrt(one.data.reduce((sum, value, i) => sum + (value - (other.data[i] ?? 0)) ** 2, 0) / one.data.length);

test.each(corruptionNames)("%s is the same for the same seed, and stronger at 5 than at 1", async (kind) => {
  const made = await Promise.all([1, 5, 5].map((severity) => corruptImages(blocks, { kind, severity, seed: 3 })));
  const [weak, strong, again] = made;
  if (weak === undefined || strong === undefined) throw new Error("none");
  expect(again).toEqual(strong);
  expect(strong.shape).toEqual(blocks.shape);
  expect(rms(strong, blocks)).toBeGreaterThan(0);
  if (!["saturate", "rotation", "elastic_transform"].includes(kind))
    expect(rms(strong, blocks)).toBeGreaterThan(rms(weak, blocks));
});

test.each(["gaussian_noise", "shot_noise", "impulse_noise", "speckle_noise"] as const)(
  "%s differs by seed and by image, not by what stands beside",
  async (kind) => {
    const of = (images: Tensor, seed: number) => corruptImages(images, { kind, severity: 5, seed });
    const two = await of(plain, 1);
    const half = two.data.length / 2;
    expect(two.data.subarray(0, half)).not.toEqual(two.data.subarray(half));
    expect((await of(plain, 2)).data).not.toEqual(two.data);
    const first = tensor(plain.data.slice(0, half), [1, 3, side, side]);
    expect((await of(first, 1)).data).toEqual(two.data.slice(0, half));
  },
);

test.each<[string, Parameters<typeof corruptImages>[1]["kind"], number]>([
  ["normal noise of 10 %", "gaussian_noise", 25.5],
  ["normal noise of 20 % of the pixel", "speckle_noise", (0.2 * Math.hypot(100, 150, 200)) / Math.sqrt(3)],
  ["Poisson noise of 50 photons", "shot_noise", 255 * Math.sqrt(450 / 3 / 255 / 50)],
])("%s has its deviation", async (_, kind, deviation) => {
  const many = drawn((_image, channel) => [100, 150, 200][channel] ?? 0, 20);
  const measured = rms(await corruptImages(many, { kind, severity: 5 }), many);
  expect(measured / deviation).toBeGreaterThan(0.93); // clipping at white takes some
  expect(measured / deviation).toBeLessThan(1.03);
});

test.each<[(typeof corruptionNames)[number], (made: Tensor<"uint8">, images: Tensor<"uint8">) => number]>([
  ["fog", (made, images) => -correlation(made, images)],
  ["frost", (made, images) => -correlation(made, images)],
  ["snow", rms], // at 5 it blurs into an even white, which correlation does not see
  ["spatter", rms],
  ["elastic_transform", bends], // its affine part becomes smaller
])("%s does more to images at each severity, and differs by seed and by image", async (kind, done) => {
  const count = kind === "snow" ? 200 : 24; // from one draw of flakes to another it differs most
  const many = drawn(
    (image, channel, row, column) => 128 + 90 * Math.sin((row + 2 * column + image + channel) / 6),
    count,
  );
  const made = await Promise.all([1, 2, 3, 4, 5].map((severity) => corruptImages(many, { kind, severity, seed: 2 })));
  const measured = made.map((images) => done(images, many));
  const groups = kind === "spatter" ? [measured.slice(0, 3), measured.slice(3)] : [measured]; // water, then mud
  for (const group of groups) expect(group).toEqual(group.toSorted((one, other) => one - other));
  expect((await corruptImages(many, { kind, severity: 5, seed: 3 })).data).not.toEqual(made[4]?.data);
  const same = drawn((_image, _channel, row, column) => 8 * row + 4 * column);
  const { data } = await corruptImages(same, { kind, severity: 5 });
  expect(data.subarray(0, data.length / 2)).not.toEqual(data.subarray(data.length / 2));
});

/** Of all pixels: 1 where the image is the same but for its brightness and contrast. */
function correlation(one: Tensor<"uint8">, other: Tensor<"uint8">): number {
  const centred = ({ data }: Tensor<"uint8">) => {
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    return Float64Array.from(data, (value) => value - mean);
  };
  const [a, b] = [centred(one), centred(other)];
  const product = (x: Float64Array, y: Float64Array) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

/** How much a pixel differs from the mean of those beside it: smooth waves are turned, moved and scaled without it. */
function bends({ data }: Tensor<"uint8">): number {
  let sum = 0;
  for (let i = 1; i < data.length - 1; i++) {
    const column = i % side;
    if (column === 0 || column === side - 1) continue;
    sum += Math.abs(2 * (data[i] ?? 0) - (data[i - 1] ?? 0) - (data[i + 1] ?? 0));
  }
  return sum;
}

test("fog, frost and water brighten, mud darkens, and all stay pixels", async () => {
  const mean = ({ data }: Tensor<"uint8">) => data.reduce((sum, value) => sum + value, 0) / data.length;
  const dark = drawn(() => 60, 8);
  const of = (images: Tensor, kind: (typeof corruptionNames)[number], severity: number) =>
    corruptImages(images, { kind, severity });
  for (const kind of ["frost", "snow", "spatter"] as const)
    expect(mean(await of(dark, kind, 3)), kind).toBeGreaterThan(61);
  const light = drawn(() => 240, 8);
  expect(mean(await of(light, "spatter", 5))).toBeLessThan(239);
  const black = drawn(() => 0);
  expect((await of(black, "fog", 5)).data).toEqual(black.data); // scaled to the brightest pixel
  const small = { ...dark, data: dark.data.slice(0, 8 * 3 * 4), shape: [8, 3, 2, 2] } as Tensor<"uint8">;
  for (const kind of corruptionNames) expect((await of(small, kind, 5)).shape, kind).toEqual([8, 3, 2, 2]);
});

test("impulse noise makes 7 % black or white, either as often", async () => {
  const many = drawn(() => 100, 20);
  const coloured = { ...many, data: many.data.map((pixel, i) => (i % 7 === 0 ? 101 : pixel)) };
  const { data } = await corruptImages(coloured, { kind: "impulse_noise", severity: 5 });
  const [black, white] = [0, 255].map((value) => data.filter((pixel) => pixel === value).length / data.length);
  for (const part of [black, white]) expect(Math.abs((part ?? 0) - 0.035)).toBeLessThan(0.007); // five deviations
});

test("what is even stays so under blur, pixelation, rotation, contrast", async () => {
  for (const kind of [
    "gaussian_blur",
    "defocus_blur",
    "glass_blur",
    "motion_blur",
    "zoom_blur",
    "pixelate",
    "rotation",
    "elastic_transform",
    "contrast",
  ] as const) {
    expect((await corruptImages(plain, { kind, severity: 5 })).data, kind).toEqual(plain.data);
  }
});

test("brightness, contrast and saturation, by hand", async () => {
  const first = async (images: Tensor, kind: (typeof corruptionNames)[number], severity: number) => {
    const { data } = await corruptImages(images, { kind, severity });
    return [0, side * side, 2 * side * side].map((place) => data[place]);
  };
  // value 200 / 255 + 0.3 is above 1: all channels times 255 / 200
  expect(await first(plain, "brightness", 5)).toEqual([128, 191, 255]);
  // saturation 0.5 times 0.3
  expect(await first(plain, "saturate", 1)).toEqual([170, 185, 200]);
  const halves = drawn((_image, _channel, row) => (row < side / 2 ? 0 : 200));
  expect(await first(halves, "contrast", 2)).toEqual([50, 50, 50]);
});

test("pixelation makes blocks, rotation turns, and grey stays grey", async () => {
  const bar = drawn((_image, _channel, _row, column) => (column < side / 2 ? 0 : 255));
  const turned = await corruptImages(bar, { kind: "rotation", severity: 5 });
  expect(rms(turned, bar)).toBeGreaterThan(50);
  for (const kind of corruptionNames) {
    const { data } = await corruptImages(bar, { kind, severity: 3 });
    const area = side * side;
    expect(data.subarray(0, area), kind).toEqual(data.subarray(area, 2 * area));
  }
});

test("Poisson numbers have their mean and variance, large and small", () => {
  for (const mean of [0, 0.3, 5, 9.9, 10, 60, 500]) {
    const uniform = uniformNumbers(7);
    const draws = Array.from({ length: 20_000 }, () => poisson(mean, uniform));
    const average = draws.reduce((sum, value) => sum + value, 0) / draws.length;
    const variance = draws.reduce((sum, value) => sum + (value - average) ** 2, 0) / draws.length;
    expect(Math.abs(average - mean), `${mean}`).toBeLessThanOrEqual(5 * Math.sqrt(mean / draws.length));
    expect(Math.abs(variance - mean), `${mean}`).toBeLessThanOrEqual(
      5 * Math.sqrt((2 * mean * mean + mean) / draws.length),
    );
  }
});

test("a data set's test images are corrupted, up to its own white", async () => {
  const digits = await loadDataset("digits");
  const shifted = await corruptDataset(digits, { kind: "gaussian_noise", severity: 5 });
  expect(shifted.name).toBe("digits (gaussian_noise 5)");
  expect(shifted.train).toBe(digits.train);
  expect(shifted.test.labels).toBe(digits.test.labels);
  const highest = (shifted.test.images.data as Uint8Array).reduce((most, pixel) => Math.max(most, pixel), 0);
  expect(highest).toBe(16);
});

test.each<[object, string, RegExp]>([
  [{ kind: "rain", severity: 1 }, "usage", /kind: expected/],
  [{ kind: "contrast", severity: 6 }, "usage", /severity: expected a number up to 5/],
  [{ kind: "contrast", severity: 1.5 }, "usage", /severity/],
])("%j is refused", async (options, code, message) => {
  await expect(corruptImages(plain, options as never)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});

test("a network's input is refused", async () => {
  const images = tensor(new Float32Array(12), [1, 3, 2, 2]);
  await expect(corruptImages(images, { kind: "contrast", severity: 1 })).rejects.toMatchObject({ code: "data" });
});
