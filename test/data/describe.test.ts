import { join } from "node:path";
import { expect, test } from "vitest";
import { describeData } from "../../src/data/describe.ts";
import { writeSafetensors } from "../../src/safetensors.ts";
import { tensor } from "../../src/tensor.ts";
import { temporaryFolder } from "../temporary.ts";

test("counts, pixels, repeated images, and images to test on that are trained on", async () => {
  const path = join(await temporaryFolder(), "mine.safetensors");
  const image = (value: number) => Array<number>(12).fill(value);
  await writeSafetensors(path, {
    train_images: tensor(Uint8Array.from([1, 1, 9].flatMap(image)), [3, 3, 2, 2]),
    train_labels: tensor(Uint8Array.of(0, 1, 1)),
    test_images: tensor(Uint8Array.from([9, 8].flatMap(image)), [2, 3, 2, 2]),
    test_labels: tensor(Uint8Array.of(1, 1)),
    more: tensor(Uint8Array.of(1)),
  });
  const { train, test: held, ...rest } = await describeData(path);
  const channel = { lowest: 1, highest: 9, mean: 11 / 3, std: expect.closeTo(Math.sqrt(128 / 9), 12) };
  expect(train).toEqual({
    images: 3,
    perClass: [1, 2],
    channels: [channel, channel, channel],
    repeated: 1,
    firstOfClass: [0, 1],
  });
  expect(held).toMatchObject({ images: 2, perClass: [0, 2], repeated: 0, firstOfClass: [null, 0] });
  expect(rest).toMatchObject({
    source: path,
    format: "a safetensors file",
    classes: 2,
    classNames: null,
    image: [3, 2, 2],
    leaked: 1,
    leftOut: [{ what: "more", why: "neither images nor labels of the parts", corrupt: false }],
  });
  expect(rest.networks).toContain("resnet20");
  expect(rest.networks).not.toContain("vgg11");
});

test("images that are not square suit no network", async () => {
  const path = join(await temporaryFolder(), "mine.safetensors");
  await writeSafetensors(path, {
    images: tensor(new Uint8Array(4 * 6), [4, 2, 3]),
    labels: tensor(Uint8Array.of(0, 1, 0, 1)),
  });
  expect((await describeData(path)).networks).toEqual([]);
});
