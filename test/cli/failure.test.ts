import { CommanderError } from "commander";
import { describe, expect, test } from "vitest";
import { failureOf, humanFailure, jsonFailure } from "../../src/cli/failure.ts";
import { AdsamError, type ErrorCode } from "../../src/errors.ts";

test.each<[ErrorCode, number]>([
  ["diverged", 1],
  ["usage", 2],
  ["data", 2],
  ["checkpoint", 2],
  ["file", 2],
  ["environment", 3],
  ["disk", 3],
  ["crashed", 3],
  ["closed", 3],
  ["python", 3],
  ["cancelled", 130],
])("%s ends with %d", (code, exitCode) => {
  expect(failureOf(new AdsamError(code, "it")).exitCode).toBe(exitCode);
});

test("an exception in Python that nobody foresaw is shown with its type and traceback", () => {
  const python = { type: "builtins.ValueError", bases: [], traceback: 'Traceback:\n  File "x.py", line 3\n' };
  const failure = failureOf(new AdsamError("python", "builtins.ValueError: no", { python }));
  expect(humanFailure(failure)).toBe('error: builtins.ValueError: no\n\nTraceback:\n  File "x.py", line 3');
  expect(JSON.parse(jsonFailure(failure)).error).toMatchObject({
    code: "python",
    details: expect.stringContaining("x.py"),
  });
});

test("an error of our own is shown with its stack", () => {
  expect(failureOf(new TypeError("oops"))).toMatchObject({ exitCode: 3, code: "internal", message: "oops" });
  expect(humanFailure(failureOf(new TypeError("oops")))).toContain("failure.test.ts");
});

describe("what a person and a program are told", () => {
  const failure = failureOf(new AdsamError("data", "wrong shape", { suggestion: "cut it" }));

  test("for a person: the message, and the suggestion beneath", () => {
    expect(humanFailure(failure)).toBe("error: wrong shape\n  cut it");
  });

  test("for a program: one JSON document", () => {
    expect(JSON.parse(jsonFailure(failure))).toEqual({
      error: { code: "data", message: "wrong shape", suggestion: "cut it" },
    });
  });
});

test("commander's guess becomes the suggestion", () => {
  const error = new CommanderError(
    1,
    "commander.unknownOption",
    "error: unknown option '--ration'\n(Did you mean --ratio?)",
  );
  expect(failureOf(error)).toEqual({
    exitCode: 2,
    code: "usage",
    message: "unknown option '--ration'",
    suggestion: "Did you mean --ratio?",
  });
});
