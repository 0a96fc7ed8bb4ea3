/** Shows what `adsam bench --json` printed as a table in Markdown: `tsx scripts/bench/table.ts FILE`. */
import { readFileSync } from "node:fs";
import { type BenchReport, headLine, markdownTable, tailText } from "../../src/bench/index.ts";

const report: BenchReport = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
console.log([headLine(report.machine), tailText(report), markdownTable(report)].join("\n\n"));
