export { type BenchOptions, bench } from "./bench.ts";
export type { Figure, Spread, Target, Unit, Unmeasured } from "./figure.ts";
export type { BenchReport, Machine, SuiteReport } from "./report.ts";
export type { Effort } from "./setting.ts";
export { type BenchSuiteName, suiteNames, suites } from "./suites/index.ts";
export { headLine, markdownTable, suiteText, tailText } from "./table.ts";
