import type { Backend } from "../backend.ts";
import { loadPairs } from "./pairs/load.ts";
import type { Pair } from "./pairs/pair.ts";
import type { Report, ReportOptions } from "./reports/report.ts";
import { checksOf } from "./suites/catalogue.ts";
import { pairChecks } from "./suites/check.ts";
import { runChecks } from "./suites/run.ts";

/** What to compare. */
export interface ConformOptions extends ReportOptions {
  /** The suites to run; all of them unless told otherwise. */
  readonly suites?: readonly string[] | undefined;
  /** Twins of one's own to compare instead, or the file that exports them. */
  readonly twins?: string | readonly Pair[] | undefined;
}

/**
 * Compares `candidate`, in float32, with `reference`, by tolerances derived from the reference's own float64.
 * @throws AdsamError `usage` for an unknown suite, bad twins, or a reference without float64; `cancelled`; and what ends a backend.
 */
export async function conform(
  candidate: Backend,
  reference: Backend,
  { suites, twins, ...options }: ConformOptions = {},
): Promise<Report> {
  const own = typeof twins === "string" ? await loadPairs(twins) : twins;
  const checks = own === undefined ? checksOf(suites) : own.flatMap((twin) => pairChecks("twins", twin));
  return runChecks(checks, { candidate, reference }, options);
}
