import { describe, expect, test } from "vitest";
import type { Comparison } from "../../../src/conformance/comparison.ts";

import { type CaseReport, judge, summarize } from "../../../src/conformance/reports/report.ts";
import { reportTable } from "../../../src/conformance/reports/table.ts";
import { jsonText } from "../../../src/json.ts";

function verdict(...comparisons: Comparison[]): CaseReport {
  return judge({ suite: "layers", id: "case" }, "torch", comparisons);
}

const near = { tensor: "out", maxAbs: 3e-10, maxRel: 3e-10, tolerance: 1e-9 };
const rounded = { tensor: "steps.0.loss", maxAbs: 5e-8, maxRel: 5e-8, tolerance: 1e-7 };
const count = { tensor: "draws", maxAbs: 0, maxRel: 0, tolerance: 0 };
const wrong = { tensor: "kl", maxAbs: 1, maxRel: 1e-6, tolerance: 1e-9, message: "kl: expected 2, got 3" };
const absent = { tensor: "kl", maxAbs: Infinity, maxRel: Infinity, tolerance: 1e-9, message: "kl: missing" };

describe("the worst of a case", () => {
  test("is the nearest to its tolerance, and not what the record's own rounding hides", () => {
    expect(verdict(count, near, rounded)).toEqual({
      suite: "layers",
      id: "case",
      backend: "torch",
      status: "passed",
      worst: near,
    });
    expect(verdict(rounded).worst).toEqual(rounded);
  });

  test("is one that failed, before any that passed", () => {
    expect(verdict(near, wrong)).toMatchObject({ status: "failed", worst: { tensor: "kl" }, message: wrong.message });
    expect(verdict({ ...count, maxAbs: 1, maxRel: 1, message: "draws: 1 too many" }, near).worst?.tensor).toBe("draws");
    expect(verdict(absent, wrong, near).message).toBe("kl: missing; 2 of 3 comparisons failed");
  });

  test("is missing where the record has nothing to compare, which is neither passed nor failed", () => {
    const nothing = verdict();
    expect(nothing).toMatchObject({ status: "unsupported", worst: null, message: expect.any(String) });
    expect(summarize([nothing, verdict(near)])).toMatchObject({ passed: 1, failed: 0 });
  });
});

test("JSON has the agreed fields and no others, and survives infinite errors", () => {
  const report = JSON.parse(jsonText(summarize([verdict(near), verdict(absent)])));
  expect(report).toEqual({
    passed: 1,
    failed: 1,
    cases: [
      { suite: "layers", id: "case", backend: "torch", status: "passed", worst: near },
      {
        suite: "layers",
        id: "case",
        backend: "torch",
        status: "failed",
        worst: { tensor: "kl", maxAbs: "Infinity", maxRel: "Infinity", tolerance: 1e-9 },
        message: "kl: missing",
      },
    ],
  });
});

test("the table puts the worst failure on top and sums up each suite", () => {
  const lines = reportTable(summarize([verdict(near), verdict(wrong), verdict(absent)])).split("\n");
  expect(
    lines.filter((line) => /^(passed|failed) /.test(line)).map((line) => line.match(/\S+e-\d+|Infinity/)?.[0]),
  ).toEqual(["Infinity", "1.0e-6", "3.0e-10"]);
  expect(lines.slice(-2)).toEqual([
    "layers: 1 of 3 passed, worst relative error Infinity in case",
    "1 passed, 2 failed",
  ]);
});
