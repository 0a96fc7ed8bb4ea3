import * as z from "zod";
import type { Backend } from "../backend.ts";
import { AdsamError } from "../errors.ts";
import { validate } from "../validation.ts";
import { type Report, type ReportOptions, reportOptions } from "./reports/report.ts";
import { checksOf, type SuiteName, suiteNames } from "./suites/catalogue.ts";
import { pairChecks } from "./suites/check.ts";
import { runChecks } from "./suites/run.ts";
import { loadPairs } from "./twins/load.ts";
import type { Pair } from "./twins/twin.ts";
import { twinChecks } from "./twins/twin-checks.ts";
import { checkPair } from "./twins/twin-schema.ts";

/** What to compare: the package's own suites, or pairs of the user's. */
export interface ConformOptions extends ReportOptions {
  /** The suites to run; all of them unless told otherwise. */
  readonly suites?: readonly SuiteName[] | undefined;
  /** Pairs of one's own to compare instead, or the file that exports them. */
  readonly pairs?: string | readonly Pair[] | undefined;
}

const conformOptions = z.strictObject({
  ...reportOptions,
  suites: z.array(z.enum(suiteNames)).min(1).optional(),
  pairs: z.union([z.string().min(1), z.array(z.unknown()).min(1)]).optional(),
});

/**
 * Compares `candidate`, in float32, with `reference`, by tolerances derived from the reference's own float64.
 * @throws AdsamError `usage` for an option or a field of a pair that is unknown or wrong, for suites and pairs at once, and for a
 * reference without float64; `file` for a file of pairs that cannot be loaded; `cancelled`; and what ends a backend.
 */
export async function conform(candidate: Backend, reference: Backend, options: ConformOptions = {}): Promise<Report> {
  const { suites, pairs, ...reporting } = validate(conformOptions, options, "conform");
  if (suites !== undefined && pairs !== undefined)
    throw new AdsamError("usage", "conform: expected suites or pairs, got both");
  if (typeof pairs === "string") await candidate.info(); // the file may make tensors: TensorFlow.js is ready then
  const own =
    typeof pairs === "string" ? await loadPairs(pairs) : pairs?.map((pair, i) => checkPair(pair, `pairs.${i}`));
  const checks =
    own === undefined
      ? checksOf(suites)
      : own.flatMap((pair) => ("compute" in pair ? pairChecks("pairs", pair) : twinChecks("pairs", pair)));
  return runChecks(checks, { candidate, reference }, reporting);
}
