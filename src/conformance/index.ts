export { bisectBackends } from "./bisect/backends.ts";
export type { Bisection, BisectOptions } from "./bisect/bisect.ts";
export type { Quantity } from "./bisect/counterparts.ts";
export type { DepartingNumber, Departure } from "./bisect/departure.ts";
export { formatBisection } from "./bisect/text.ts";
export type { Comparison, DifferenceKind } from "./comparison.ts";
export { type ConformOptions, conform } from "./conform.ts";
export type { GoldenSuite } from "./golden/read.ts";
export { type RecordOptions, recordGolden } from "./golden/record.ts";
export { type GoldenOptions, replayGolden } from "./golden/replay.ts";
export {
  type BisectPortOptions,
  bisectPort,
  type KnownFault,
  type PortBisection,
  type PortDeparture,
  type PythonLine,
  type SourceLine,
} from "./locate/bisect-port.ts";
export { formatPortBisection } from "./locate/departure-text.ts";
export type * from "./pairs/pair.ts";
export type { ProveCase } from "./prove/cases.ts";
export type { Arguments } from "./prove/given.ts";
export type { ProveOptions } from "./prove/options.ts";
export { type Handed, Outcome, type OutcomeParts, outcome } from "./prove/outcome.ts";
export { type Port, type TensorForm, tensorForms } from "./prove/port-function.ts";
export { prove } from "./prove/prove.ts";
export { junitXml } from "./reports/junit.ts";
export { htmlPage } from "./reports/page.ts";
export type { CaseName, CaseReport, Report, ReportOptions, Worst } from "./reports/report.ts";
export { caseLine, reportTable } from "./reports/table.ts";
export { type SuiteName, suiteNames } from "./suites/catalogue.ts";
export type * from "./twins/twin.ts";
