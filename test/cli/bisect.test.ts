import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary.ts";
import { adsam } from "./adsam.ts";

const folder = resolve(import.meta.dirname, "../fixtures/python");
const proved = resolve(import.meta.dirname, "../fixtures/ports/proved.ts");
const given = ["--input", "x=float32[4,3]", "--no-edges", "--folder", folder];

test("bisect: the line on both sides, a picture, and 1", async () => {
  const picture = join(await temporaryFolder(), "found.svg");
  const { exitCode, stdout, stderr } = await adsam([
    ...["bisect", "proved:scaled", `${proved}#tripled`, ...given, "--picture", picture],
  ]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
  expect(stdout).toMatch(/^departs forward at .*proved\.py:29 \(mul\), in case draw-1\n {2}return x \* factor\n/);
  expect(stdout).toMatch(/in the port: .*proved\.ts:8 \(Multiply\)\n {2}export const tripled/);
  expect(stdout).toContain("explained by: factor");
  expect(await readFile(picture, "utf8")).toContain("departs · proved.ts:8");
});

test("bisect of a right port: one JSON document, and 0", async () => {
  const { exitCode, stdout } = await adsam(["bisect", "proved:scaled", `${proved}#doubled`, ...given, "--json"]);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ case: "draw-3", departure: null, matched: 1, operations: 1 });
});

test("prove --find goes on to the line where the proof failed", async () => {
  const { exitCode, stdout } = await adsam(["prove", "proved:scaled", `${proved}#tripled`, ...given, "--find"]);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/\n0 passed, 3 failed\n\ndeparts forward at .*proved\.py:29 \(mul\), in case draw-1\n/);
});

test("prove --find --json: the report, and what was found; null where nothing failed", async () => {
  const words = (name: string) => ["prove", "proved:scaled", `${proved}#${name}`, ...given, "--find", "--json"];
  const wrong = JSON.parse((await adsam(words("tripled"))).stdout);
  expect(wrong).toMatchObject({ failed: 3, found: { case: "draw-1", departure: { fault: { kind: "factor" } } } });
  expect(JSON.parse((await adsam(words("doubled"))).stdout)).toMatchObject({ failed: 0, found: null });
});

test("a picture without what it shows is refused, with 2", async () => {
  const { exitCode, stderr } = await adsam(["prove", "proved:scaled", `${proved}#tripled`, "--picture", "a.svg"]);
  expect(stderr).toMatch(/^error: expected --find with --picture/);
  expect(exitCode).toBe(2);
});
