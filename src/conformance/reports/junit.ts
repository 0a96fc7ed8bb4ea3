import { escaped } from "../../markup.ts";
import type { CaseReport, Report } from "./report.ts";

function testcase({ suite, id, status, worst, message = "" }: CaseReport): string {
  const open = `    <testcase classname="adsam.${escaped(suite)}" name="${escaped(id)}"`;
  if (status === "failed") {
    const type = worst?.kind ?? "numbers";
    return `${open}>\n      <failure type="${type}" message="${escaped(message)}"/>\n    </testcase>`;
  }
  if (status === "unsupported") {
    return `${open}>\n      <skipped message="${escaped(message)}"/>\n    </testcase>`;
  }
  return `${open}/>`;
}

function testsuite(name: string, cases: readonly CaseReport[]): string {
  const count = (status: CaseReport["status"]) => cases.filter((one) => one.status === status).length;
  const counts = `tests="${cases.length}" failures="${count("failed")}" skipped="${count("unsupported")}"`;
  return [`  <testsuite name="${escaped(name)}" ${counts}>`, ...cases.map(testcase), "  </testsuite>"].join("\n");
}

/** The report as JUnit XML, a testsuite for each suite: what continuous integration reads. */
export function junitXml({ cases }: Report): string {
  const names = [...new Set(cases.map(({ suite }) => suite))];
  const bodies = names.map((name) =>
    testsuite(
      name,
      cases.filter(({ suite }) => suite === name),
    ),
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="adsam conform">',
    ...bodies,
    "</testsuites>",
    "",
  ].join("\n");
}
