import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadPairs } from "../../../src/conformance/twins/load.ts";
import { temporaryFolder } from "../../temporary.ts";

async function file(name: string, text: string): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, text);
  return path;
}

const pair = `{ name: "p", torch: "m:f", tfjs: ({ a }) => a, cases: [{ id: "1", inputs: {} }] }`;

test.each([
  ["my.pairs.mjs", `export const pairs = [${pair}];`],
  ["my.pairs.ts", `export const pairs: object[] = [${pair}];`],
  ["one.mjs", `export const pairs = ${pair};`],
  ["default.mjs", `export default ${pair};`],
  ["common.cjs", `exports.pairs = [${pair}];`],
  ["twins.mjs", `export const twins = [${pair}];`],
])("is loaded from %s", async (name, text) => {
  expect(await loadPairs(await file(name, text))).toMatchObject([{ name: "p", torch: "m:f" }]);
});

test.each([
  ["nothing", "export const pair = 1;", "usage", /: expected one export named pairs, or a default one, got pair$/],
  ["two exports", `export const pairs = [${pair}]; export default ${pair};`, "usage", /, got pairs and default$/],
  ["no pair", "export const pairs = [];", "usage", /: expected at least one pair, got an empty list$/],
  ["broken code", "export const pairs = [", "file", /^cannot load the pairs in /],
  [
    "a broken pair",
    `export const pairs = [${pair}, { name: "q" }];`,
    "usage",
    /: pairs\.1: cases: expected array, got nothing; torch: /,
  ],
])("with %s is refused", async (_, text, code, message) => {
  await expect(loadPairs(await file("my.pairs.mjs", text))).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});

test("that is missing is refused", async () => {
  await expect(loadPairs("/nowhere/my.pairs.mjs")).rejects.toMatchObject({ code: "file" });
});
