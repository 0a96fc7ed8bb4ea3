/** Shows what `adsam bench --json` printed as a table in Markdown: `tsx scripts/bench/table.ts FILE`. */
import { readFileSync } from "node:fs";
import { type BenchReport, headLine, markdownTable, tailText } from "../../src/bench/index.ts";

function reportOf(path: string | undefined): BenchReport | string {
  if (path === undefined) return "expected the file of a report, as in: tsx scripts/bench/table.ts result.json";
  try {
    const report: BenchReport = JSON.parse(readFileSync(path, "utf8"));
    return report.format === 1 ? report : `expected a report of \`adsam bench --json\`, got ${path}`;
  } catch (error) {
    return `cannot read ${path}: ${error instanceof Error ? error.message : error}`;
  }
}

const report = reportOf(process.argv[2]);
if (typeof report === "string") {
  console.error(report);
  process.exitCode = 2;
} else {
  console.log([headLine(report.machine), markdownTable(report), tailText(report)].join("\n\n"));
}
