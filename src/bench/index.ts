export { type BenchOptions, bench } from "./bench.ts";
export type { Figure, Target, Unmeasured } from "./figure.ts";
export type { BenchReport, Machine, SuiteReport } from "./report.ts";
export { type SuiteName, suiteNames, suites } from "./suites/index.ts";
export { headLine, markdownTable, suiteText, tailText } from "./table.ts";
