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

test("a header may be as long as it likes", async () => {
  const blanks = await readNetpbm(await picture(`P5${" ".repeat(1_000_000)}1 1 255 `, 7));
  expect([...blanks.pixels.data]).toEqual([7, 7, 7]);
  const comments = await readNetpbm(
    await picture(`P5#${"#".repeat(5000)}\n1#\n\t1 ${"#c\n".repeat(5000)} 255#end\n`, 8),
  );
  expect([...comments.pixels.data]).toEqual([8, 8, 8]);
});

test.each([
  ["blanks alone", `P5${" ".repeat(1_000_000)}`],
  ["blanks and comments alone", `P5${" #\n".repeat(500_000)}`],
  ["a comment without an end", `P5 1 1 #${"c".repeat(1_000_000)}`],
  ["digits alone", `P5 ${"1".repeat(1_000_000)}`],
])("a header of %s is refused", async (_, header) => {
  await expect(readNetpbm(await picture(header))).rejects.toMatchObject({
    code: "data",
    message: expect.stringMatching(/expected a binary PGM \(P5\) or PPM \(P6\) picture$/),
  });
});

test.each([
  ["another format", "P2\n1 1\n255\n", [1], "expected a binary PGM (P5) or PPM (P6) picture, got a plain PGM"],
  ["a PNG", "\x89PNG\r\n\x1a\n", [], "expected a binary PGM (P5) or PPM (P6) picture, got a PNG picture"],
  ["a JPEG", "\xff\xd8\xff\xe0", [], "got a JPEG picture"],
  ["a number without its gap", "P51 1 255 ", [1], "expected a binary PGM (P5) or PPM (P6) picture"],
  ["no end of the header", "P5 1 1 255", [], "expected a binary PGM (P5) or PPM (P6) picture"],
  ["sizes beyond all numbers", `P5 ${"9".repeat(400)} 1 255 `, [1], "expected Infinity bytes of pixels, got 1"],
  ["a value above the highest", "P5 2 1 16 ", [16, 17], "expected values up to 16, got 17"],
  ["nothing", "", [], "expected a binary PGM (P5) or PPM (P6) picture"],
  ["too few pixels", "P5 2 2 255 ", [1, 2, 3], "expected 4 bytes of pixels, got 3"],
  ["too many pixels", "P5 1 1 255 ", [1, 2], "expected 1 bytes of pixels, got 2"],
  ["two bytes a value", "P5 1 1 65535 ", [1, 2], "values up to 255, got 1x1 up to 65535"],
  ["no width", "P5 0 1 255 ", [], "expected a size above 0"],
])("%s is refused", async (_, header, pixels, message) => {
  const path = await picture(header, ...pixels);
  await expect(readNetpbm(path)).rejects.toMatchObject({ code: "data", message: expect.stringContaining(message) });
});
