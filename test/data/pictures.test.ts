import { join } from "node:path";
import { expect, test } from "vitest";
import { readPixels } from "../../src/data/pictures.ts";
import { temporaryFolder } from "../temporary.ts";
import { plain, raw, writeAll } from "./picture-files.ts";

async function read(name: string, content: Uint8Array, side: number | null = null) {
  return readPixels(join(await writeAll(await temporaryFolder(), { [name]: content }), name), side);
}

test("colours are three channels, one after another", async () => {
  const png = await raw(Uint8Array.of(255, 0, 10, 1, 2, 3), 2, 3)
    .png()
    .toBuffer();
  expect(await read("a.png", png)).toEqual({
    data: Uint8Array.of(255, 1, 0, 2, 10, 3),
    height: 1,
    width: 2,
    traits: [],
  });
});

test.each(["png", "jpeg", "webp"] as const)("%s", async (format) => {
  const { data, height, width } = await read(
    `A.${format.toUpperCase()}`,
    await plain("white", { width: 4, height: 2, format }),
  );
  expect([height, width, [...new Set(data)]]).toEqual([2, 4, [255]]);
});

test("grey stands in all channels", async () => {
  const png = await raw(Uint8Array.of(7, 200), 2, 1).toColourspace("b-w").png().toBuffer();
  expect(await read("grey.png", png)).toMatchObject({ data: Uint8Array.of(7, 200, 7, 200, 7, 200), traits: ["grey"] });
});

test("16 bits a channel become 8", async () => {
  const grey = await raw(Uint16Array.of(0, 2560, 65535, 32768), 2, 1)
    .toColourspace("grey16")
    .png()
    .toBuffer();
  const colour = await raw(Uint16Array.of(0, 2560, 65535), 1, 3)
    .toColourspace("rgb16")
    .png()
    .toBuffer();
  const seen = await read("grey.png", grey);
  expect([...seen.data.subarray(0, 4)]).toEqual([0, 10, 255, 128]);
  expect(seen.traits).toEqual(["grey", "16 bit"]);
  expect(await read("colour.png", colour)).toMatchObject({ data: Uint8Array.of(0, 10, 255), traits: ["16 bit"] });
});

test("what is transparent is laid on white", async () => {
  const png = await raw(Uint8Array.of(10, 20, 30, 0, 10, 20, 30, 255), 2, 4)
    .png()
    .toBuffer();
  const { data, traits } = await read("clear.png", png);
  expect([...data]).toEqual([255, 10, 255, 20, 255, 30]);
  expect(traits).toEqual(["transparent, laid on white"]);
});

test("a palette is looked up", async () => {
  const png = await raw(Uint8Array.of(255, 0, 0, 0, 0, 255), 2, 3)
    .png({ palette: true })
    .toBuffer();
  expect(await read("palette.png", png)).toMatchObject({
    data: Uint8Array.of(255, 0, 0, 0, 0, 255),
    traits: ["palette"],
  });
});

test("a photograph is turned as its EXIF data says", async () => {
  // Left black, right white; orientation 6: the camera's left is the top.
  const pixels = Uint8Array.from({ length: 16 * 8 * 3 }, (_, i) => (Math.floor(i / 3) % 16 < 8 ? 0 : 255));
  const jpeg = await raw(pixels, 16, 3).withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer();
  const { data, height, width, traits } = await read("photo.jpg", jpeg);
  expect([height, width, traits]).toEqual([16, 8, ["turned as its EXIF data says"]]);
  expect([data[0], data[15 * 8]]).toEqual([0, 255]);
});

test("scaled to a square, cut from the middle", async () => {
  // A white band left and right of a black square.
  const pixels = Uint8Array.from({ length: 16 * 8 }, (_, i) => (i % 16 >= 4 && i % 16 < 12 ? 0 : 255));
  const { data, height, width } = await read("wide.png", await raw(pixels, 16, 1).png().toBuffer(), 8);
  expect([height, width, [...new Set(data)]]).toEqual([8, 8, [0]]);
});

test("a netpbm picture, also scaled", async () => {
  const pgm = Buffer.concat([Buffer.from("P5 2 2 15\n"), Uint8Array.of(15, 15, 15, 15)]);
  expect((await read("a.pgm", pgm)).data).toEqual(new Uint8Array(12).fill(255));
  expect((await read("a.pgm", pgm, 4)).data).toEqual(new Uint8Array(48).fill(255));
});

test.each<[string, (whole: Buffer) => Uint8Array]>([
  ["cut short", (whole) => whole.subarray(0, whole.length - 30)],
  ["with a byte changed", (whole) => whole.fill(whole.readUInt8(60) ^ 255, 60, 61)],
  ["empty", () => new Uint8Array()],
  ["of text", () => Buffer.from("no picture")],
])("a PNG file %s is refused by its name", async (_, change) => {
  const whole = await raw(
    Uint8Array.from({ length: 192 }, (_, i) => i * 7),
    8,
    3,
  )
    .png()
    .toBuffer();
  await expect(read("bad.png", change(whole))).rejects.toMatchObject({
    code: "data",
    message: expect.stringMatching(/bad\.png: expected a picture, got /),
  });
});
