import { expect, test } from "vitest";
import { junitXml } from "../../../src/conformance/reports/junit.ts";
import { htmlPage } from "../../../src/conformance/reports/page.ts";
import { type CaseReport, summarize } from "../../../src/conformance/reports/report.ts";

const near = {
  tensor: "output",
  maxAbs: 1e-7,
  maxRel: 1e-7,
  tolerance: 5e-7,
  normRel: 1e-7,
  normTolerance: 4e-7,
  ratio: 1.5,
};
const wrong = { ...near, tensor: "kl", maxRel: 1, kind: "numbers", message: 'kl: <2> & "3"' } as const;
const { message, ...worst } = wrong;
const cases: CaseReport[] = [
  { suite: "layers", id: "conv", backend: "tfjs", status: "passed", worst: near, comparisons: [near] },
  { suite: "models", id: "vgg", backend: "tfjs", status: "failed", worst, message, comparisons: [near, wrong] },
  { suite: "models", id: "none", backend: "tfjs", status: "unsupported", worst: null, message: "nothing" },
];

test("JUnit XML has a suite for each of ours, counts, and escaped messages", () => {
  expect(junitXml(summarize(cases))).toBe(
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites name="adsam conform">',
      '  <testsuite name="layers" tests="1" failures="0" skipped="0">',
      '    <testcase classname="adsam.layers" name="conv"/>',
      "  </testsuite>",
      '  <testsuite name="models" tests="2" failures="1" skipped="1">',
      '    <testcase classname="adsam.models" name="vgg">',
      '      <failure type="numbers" message="kl: &lt;2&gt; &amp; &quot;3&quot;"/>',
      "    </testcase>",
      '    <testcase classname="adsam.models" name="none">',
      '      <skipped message="nothing"/>',
      "    </testcase>",
      "  </testsuite>",
      "</testsuites>",
      "",
    ].join("\n"),
  );
});

test("the page needs nothing from elsewhere, has the worst case first, and draws every tensor", () => {
  const page = htmlPage(summarize(cases));
  expect(page).not.toMatch(/(src|href)=|url\(|@import|<script/);
  expect(page.indexOf("models/vgg")).toBeLessThan(page.indexOf("layers/conv"));
  expect(page.match(/<rect /g)).toHaveLength(3);
  expect(page.match(/class="bar over"/g)).toHaveLength(1);
  expect(page).toContain("kl: &lt;2&gt; &amp; &quot;3&quot;");
  expect(page).not.toMatch(/NaN|undefined/);
});
