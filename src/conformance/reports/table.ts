import type { CaseReport, Report, Worst } from "./report.ts";

const order: Readonly<Record<CaseReport["status"], number>> = { failed: 0, unsupported: 1, passed: 2 };

function error({ worst }: CaseReport): number {
  return worst?.maxRel ?? 0;
}

/** Where the tolerance is derived it differs from case to case: how large it is, and how near torch's own error. */
function derived({ tolerance, ratio }: Worst): string {
  if (ratio === undefined) return "";
  return ` of ${tolerance.toExponential(1)} (${ratio.toPrecision(2)} x torch's own)`;
}

/** One line about a case: status, suite and id, its worst relative error and where that is, and why it failed. */
export function caseLine(one: CaseReport): string {
  const { status, suite, id, worst, message, note } = one;
  const place = worst === null ? "" : `  ${error(one).toExponential(1).padStart(8)}${derived(worst)}  ${worst.tensor}`;
  const reason = [message, note].map((text) => (text === undefined ? "" : `\n    ${text}`)).join("");
  return `${status.padEnd(11)}  ${`${suite}/${id}`.padEnd(72)}${place}${reason}`;
}

function suiteLine(suite: string, cases: readonly CaseReport[]): string {
  const compared = cases.filter((one) => one.worst !== null);
  const [worst] = compared.toSorted((a, b) => error(b) - error(a));
  const passed = cases.filter((one) => one.status === "passed").length;
  const where = worst === undefined ? "" : `, worst relative error ${error(worst).toExponential(1)} in ${worst.id}`;
  return `${suite}: ${passed} of ${cases.length} passed${where}`;
}

/** The report for a terminal: failed cases first, the worst of them on top, and a line for each suite at the end. */
export function reportTable({ cases, passed, failed }: Report): string {
  const sorted = cases.toSorted((a, b) => order[a.status] - order[b.status] || error(b) - error(a));
  const suites = [...new Set(cases.map((one) => one.suite))];
  const summary = suites.map((suite) =>
    suiteLine(
      suite,
      cases.filter((one) => one.suite === suite),
    ),
  );
  const unsupported = cases.length - passed - failed;
  const rest = unsupported === 0 ? "" : `, ${unsupported} unsupported`;
  return [...sorted.map(caseLine), "", ...summary, `${passed} passed, ${failed} failed${rest}`].join("\n");
}
