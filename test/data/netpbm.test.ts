import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readNetpbm } from "../../src/data/netpbm.ts";
import { temporaryFolder } from "../temporary.ts";

async function picture(header: string, ...pixels: number[]): Promise<string> {
  const path = join(await temporaryFolder(), "picture.pgm");
  await writeFile(path, Buffer.concat([Buffer.from(header, "latin1"), Buffer.from(pixels)]));
  return path;
}

test("a grey picture has three equal channels", async () => {
  const { pixels, highest } = await readNetpbm(await picture("P5\n3 2\n255\n", 1, 2, 3, 4, 5, 255));
  expect(highest).toBe(255);
  expect(pixels.shape).toEqual([3, 2, 3]);
  expect([...pixels.data]).toEqual([1, 2, 3, 4, 5, 255, 1, 2, 3, 4, 5, 255, 1, 2, 3, 4, 5, 255]);
});

test("a colour picture's channels are parted", async () => {
  const { pixels } = await readNetpbm(await picture("P6 2 1 16 ", 1, 2, 3, 4, 5, 6));
  expect([...pixels.data]).toEqual([1, 4, 2, 5, 3, 6]);
});

test("comments may stand between the numbers of the header, and pixels may look like white space", async () => {
  const { pixels } = await readNetpbm(await picture("P5\n# by hand\n1 # wide\n 2\n255\n", 10, 32));
  expect([...pixels.data.subarray(0, 2)]).toEqual([10, 32]);
});

test.each([
  ["another format", "P2\n1 1\n255\n", [1], "expected a binary PGM (P5) or PPM (P6) picture"],
  ["nothing", "", [], "expected a binary PGM (P5) or PPM (P6) picture"],
  ["too few pixels", "P5 2 2 255 ", [1, 2, 3], "expected 4 bytes of pixels, got 3"],
  ["too many pixels", "P5 1 1 255 ", [1, 2], "expected 1 bytes of pixels, got 2"],
  ["two bytes a value", "P5 1 1 65535 ", [1, 2], "values up to 255, got 1x1 up to 65535"],
  ["no width", "P5 0 1 255 ", [], "expected a size above 0"],
])("%s is refused", async (_, header, pixels, message) => {
  const path = await picture(header, ...pixels);
  await expect(readNetpbm(path)).rejects.toMatchObject({ code: "data", message: expect.stringContaining(message) });
});
