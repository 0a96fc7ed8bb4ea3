import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadImages } from "../../src/data/images.ts";
import { writeFileAtomically } from "../../src/files.ts";
import { encodeSafetensors } from "../../src/safetensors.ts";
import { type NamedTensors, tensor } from "../../src/tensor.ts";
import { temporaryFolder } from "../temporary.ts";

const scale16 = { scale: 16, mean: [0, 0, 0], std: [1, 1, 1] };

async function tensors(content: NamedTensors): Promise<string> {
  const path = join(await temporaryFolder(), "mine.safetensors");
  await writeFileAtomically(path, encodeSafetensors(content));
  return path;
}

describe("a .safetensors file", () => {
  test.each([
    ["[N, H, W]", [2, 1, 2]],
    ["[N, 1, H, W]", [2, 1, 1, 2]],
  ])("of grey images %s gives them three channels", async (_, shape) => {
    const path = await tensors({ images: tensor(Uint8Array.from([1, 2, 3, 4]), shape) });
    const { names, images } = await loadImages(path, scale16);
    expect(names).toEqual([`${path}#0`, `${path}#1`]);
    expect(images.shape).toEqual([2, 3, 1, 2]);
    expect([...images.data].map(Number)).toEqual([1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4]);
  });

  test("of colour images is taken as it is", async () => {
    const images = tensor(
      Float32Array.from({ length: 6 }, (_, i) => i),
      [1, 3, 1, 2],
    );
    expect((await loadImages(await tensors({ images }), null)).images).toEqual(images);
  });

  test.each<[string, NamedTensors, string]>([
    ["no images", { pictures: tensor(new Uint8Array(1)) }, 'expected a tensor "images", got pictures'],
    ["two channels", { images: tensor(new Uint8Array(2), [1, 2, 1, 1]) }, "expected shape [N, 3, H, W], got [1,2,1,1]"],
    ["float64", { images: tensor(new Float64Array(3), [1, 3, 1, 1]) }, "expected uint8 or float32, got float64"],
    ["nothing", { images: tensor(new Uint8Array(0), [0, 3, 1, 1]) }, "expected some, got shape [0,3,1,1]"],
    ["NaN", { images: tensor(Float32Array.from([0, 0, 0, 0, Number.NaN, 0]), [2, 3, 1, 1]) }, "image 1 holds NaN"],
  ])("with %s is refused", async (_, content, message) => {
    const path = await tensors(content);
    await expect(loadImages(path, null)).rejects.toMatchObject({
      code: "data",
      message: expect.stringContaining(message),
    });
  });
});

describe("a picture", () => {
  async function grey(): Promise<string> {
    const path = join(await temporaryFolder(), "two.PGM");
    await writeFile(path, Buffer.concat([Buffer.from("P5 2 1 255\n"), Buffer.from([0, 255])]));
    return path;
  }

  test("is normalised: from black, 0, to white, the scale", async () => {
    const path = await grey();
    const { names, images } = await loadImages(path, { scale: 16, mean: [0.5, 0.25, 0], std: [0.5, 0.25, 2] });
    expect(names).toEqual([path]);
    expect(images).toEqual(tensor(Float32Array.of(-1, 1, -1, 3, 0, 0.5), [1, 3, 1, 2]));
  });

  test("needs a normalization", async () => {
    await expect(loadImages(await grey(), null)).rejects.toMatchObject({
      code: "data",
      message: expect.stringContaining("expected a normalization for a picture, got none"),
    });
  });
});

test("a file of another kind is refused by its name", async () => {
  await expect(loadImages("cat.doc", null)).rejects.toMatchObject({
    code: "data",
    message: expect.stringContaining("cat.doc: expected a picture or a .safetensors file"),
  });
});
