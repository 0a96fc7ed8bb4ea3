import { join } from "node:path";
import { expect, test } from "vitest";
import { loadDataset } from "../../../src/data/index.ts";
import { loadFeatures } from "../../../src/data/sources/features.ts";
import { temporaryFolder } from "../../temporary.ts";
import { writeAll } from "../picture-files.ts";

async function csv(...lines: string[]): Promise<string> {
  return join(await writeAll(await temporaryFolder(), { "mine.csv": lines.join("\n") }), "mine.csv");
}

test("features, with words for classes", async () => {
  const path = await csv("a,b,class", "1,2.5,no", '"-3e2",4,"yes, or so"', "", "0,0,no");
  const found = await loadFeatures(path);
  expect(found).toMatchObject({ names: ["a", "b"], classNames: ["no", "yes, or so"], isTest: null });
  expect(found.features).toEqual({ dtype: "float32", shape: [3, 2], data: Float32Array.of(1, 2.5, -300, 4, 0, 0) });
  expect(found.labels.data).toEqual(Uint8Array.of(0, 1, 0));
});

test("semicolons, a byte order mark, Windows' line ends, numbers for classes", async () => {
  const found = await loadFeatures(await csv("\uFEFFLabel;x\r", "1;5\r", "0;6\r"));
  expect([found.names, found.classNames, [...found.features.data]]).toEqual([["x"], ["0", "1"], [5, 6]]);
});

test("a y beside a label is a number, and whole labels may be written as floats", async () => {
  const found = await loadFeatures(await csv("x,y,label", "0.5,1.5,2.0", "1,2,0.0", "3,4,1.0"));
  expect(found).toMatchObject({ names: ["x", "y"], classNames: ["0", "1", "2"] });
  expect([...found.labels.data]).toEqual([2, 0, 1]);
});

const pixels = ["label,p0,p1,p2,p3,split", "0,0,1,2,255,train", "1,4,5,6,7,train", "1,8,8,8,8,test"];

test("rows that are images, in parts", async () => {
  const { classes, train, test: held } = await loadDataset(await csv(...pixels), { shape: [1, 2, 2] });
  expect([classes, train.images.shape, train.images.dtype]).toEqual([2, [2, 3, 2, 2], "uint8"]);
  expect([...train.images.data.subarray(0, 8)].map(Number)).toEqual([0, 1, 2, 255, 0, 1, 2, 255]);
  expect([...held.labels.data]).toEqual([1]);
});

test("without a shape, or with another", async () => {
  const path = await csv(...pixels);
  await expect(loadDataset(path)).rejects.toMatchObject({
    code: "usage",
    message: `${path} holds 4 numbers an example, and the networks of this package take images`,
  });
  await expect(loadDataset(path, { shape: [1, 28, 28] })).rejects.toMatchObject({
    code: "usage",
    message: "shape: expected 1 or 3 channels, height and width that make 4, got 1,28,28",
  });
  await expect(loadDataset("digits", { shape: [1, 8, 8] })).rejects.toMatchObject({ code: "usage" });
});

test.each<[string, string[], RegExp]>([
  ["no label column", ["a,b", "1,2"], /expected a column called label, class, target, y, got a, b$/],
  ["a word among numbers", ["label,a", "0,1", "1,x"], /mine\.csv:3: a is "x", expected a finite number$/],
  ["a missing number", ["label,a", "0,", "1,2"], /mine\.csv:2: a is "", expected a finite number$/],
  ["a number beyond float32", ["label,a", "0,1e39"], /:2: a is "1e39"/],
  ["a line of other length", ["label,a", "0,1,2"], /mine\.csv:2: expected 2 cells, got 3$/],
  ["a quotation mark that does not close", ["label,a", '0,"1'], /:2: expected a quotation mark that closes/],
  ["a class that is left out", ["label,a", "0,1", "2,1"], /labels go to 2, and none is 1$/],
  ["fractions for classes", ["y,a", "0.25,1", "1.5,1"], /whole numbers from 0, got the label 0\.25$/],
  ["a column without a name", [",a,label", "0,1,0"], /expected a name for each column, got none for column 1$/],
  ["two columns of one name", ["a,a,label", "0,1,0"], /expected one column called a, got several$/],
  ["an empty label", ["label,a", "cat,1", ",1"], /example 1 has no label$/],
  ["an unknown part", ["label,a,split", "0,1,other"], /:2: expected train or test, got "other"$/],
  ["nothing", [""], /expected a line of names and lines of numbers/],
])("%s", async (_, lines, message) => {
  await expect(loadFeatures(await csv(...lines))).rejects.toMatchObject({
    code: "data",
    message: expect.stringMatching(message),
  });
});
