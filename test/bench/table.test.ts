import { expect, test } from "vitest";
import { figure } from "../../src/bench/figure.ts";
import type { BenchReport, SuiteReport } from "../../src/bench/index.ts";
import { headLine, markdownTable, suiteText, tailText } from "../../src/bench/index.ts";
import { quick } from "../../src/bench/setting.ts";

const suite: SuiteReport = {
  name: "step",
  about: "a training step",
  seconds: 12.3,
  figures: [figure("theirs / ours", "×", [1.5, 2, 3], { atLeast: 1.8 }), figure("ours", "ms", [1234.5])],
  unmeasured: [{ name: "theirs as a graph", reason: "there is no CUDA device" }],
  failure: null,
};

const report: BenchReport = {
  format: 1,
  date: "2026-01-01T00:00:00.000Z",
  machine: { cpu: "A", cores: 2, platform: "linux x64", device: "cuda", deviceName: "H", threads: 1 },
  versions: { torch: "2.13.0", node: "20.20.2" },
  effort: quick,
  suites: [suite],
  unmeasured: [{ name: "vgg16", reason: "not asked for (--only)" }],
};

test("a suite is shown with its spread, its aim and what is missing", () => {
  expect(
    suiteText(suite)
      .split("\n")
      .map((line) => line.replaceAll(/ +/g, " ")),
  ).toEqual([
    "step: a training step (12 s)",
    " theirs / ours 2.00 × (1.50 to 3.00; 3) ≥ 1.8",
    " ours 1235 ms (1235 to 1235; 1)",
    " not measured: theirs as a graph: there is no CUDA device",
  ]);
});

test("a figure beside its aim, and a suite that failed, say so", () => {
  const missed = figure("ours / theirs", "×", [1.2], { atMost: 1 });
  const text = suiteText({ ...suite, figures: [missed], failure: "no room" });
  expect(text).toMatch(/1\.20 × {2}\(1\.20 to 1\.20; 1\) {2}≤ 1 {2}MISSED$/m);
  expect(text).toMatch(/^ {2}failed: no room$/m);
});

test("the machine and the versions", () => {
  expect(headLine(report.machine)).toBe("A, 2 cores, 1 threads; H (cuda): median (minimum to maximum; count)");
  expect(headLine({ ...report.machine, device: "cpu" })).toBe(
    "A, 2 cores, 1 threads: median (minimum to maximum; count)",
  );
  expect(tailText(report)).toBe("torch 2.13.0, node 20.20.2\nnot measured: vgg16: not asked for (--only)");
});

test("the README's table", () => {
  expect(markdownTable(report).split("\n").slice(2)).toEqual([
    "| step | theirs / ours | 2.00 × (1.50 to 3.00; 3) | ≥ 1.8 |",
    "| step | ours | 1235 ms (1235 to 1235; 1) |  |",
  ]);
});
