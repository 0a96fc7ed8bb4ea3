import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { adsam } from "./adsam.ts";

const folder = resolve(import.meta.dirname, "../fixtures/python");
const ports = resolve(import.meta.dirname, "../fixtures/ports/proved.ts");
const prove = (...words: readonly string[]) => adsam(["prove", ...words, "--folder", folder]);

test("a right port: one JSON document and nothing else, and 0", async () => {
  const { exitCode, stdout, stderr } = await prove(
    ...["proved:scaled", `${ports}#scaled`, "--input", "x=float32[4,3]", "--input", "factor=1.5"],
    ...["--differentiate", "x", "--json"],
  );
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ passed: 10, failed: 0 });
  expect(report.cases[0]).toMatchObject({ suite: "proved:scaled", id: "draw-1", backend: "tfjs", status: "passed" });
});

test("a wrong one: which element, and 1", async () => {
  const { exitCode, stdout, stderr } = await prove(
    "proved:scaled",
    `${ports}#tripled`,
    "--input",
    "x=float32[2]",
    "--no-edges",
  );
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^1\/3 {2}failed .*proved:scaled\/draw-1/);
  expect(stdout).toMatch(/\n0 passed, 3 failed\n$/);
  expect(stdout).toMatch(/output\.0\[\d\]: the port gives /);
});

test("one whose promise nothing settles fails, where Node would end without a word", async () => {
  const { exitCode, stdout } = await prove(
    "proved:scaled",
    `${ports}#unsettled`,
    "--input",
    "x=float32[2]",
    "--no-edges",
  );
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/the port: its promise is never settled/);
});

describe("what is wrong with a command is said, with 2", () => {
  test.each<[string, readonly string[], RegExp]>([
    ["no input", [], /^error: inputs: expected x, got none\n {2}say what it is, such as x=float32\[4,3\]\n$/],
    ["an input without a value", ["--input", "x"], /^error: --input: expected a name and a value .*, got x\n/],
    ["an input twice", ["--input", "x=1", "--input", "x=2"], /^error: --input: expected x once, got it twice\n/],
    ["an input of no parameter", ["--input", "z=float32[3]"], /^error: inputs: Python's function takes no z/],
    ["two sources of inputs", ["--input", "x=1", "--cases", "c.json"], /expected one of inputs, cases and calls/],
    ["a misspelt option", ["--differntiate", "x"], /--differentiate/],
  ])("%s", async (_, words, message) => {
    const { exitCode, stdout, stderr } = await prove("proved:scaled", `${ports}#scaled`, ...words);
    expect(stderr).toMatch(message);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  });

  test("a port that is not there", async () => {
    const { exitCode, stderr } = await prove("proved:scaled", join(folder, "nowhere.ts#scaled"), "--input", "x=1");
    expect(stderr).toMatch(/^error: .*nowhere\.ts/);
    expect(exitCode).toBe(2);
  });
});
