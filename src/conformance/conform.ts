import type { Backend } from "../backend.ts";
import { runChecks } from "./against.ts";
import { twinChecks } from "./check.ts";
import type { ReplayOptions } from "./index.ts";
import type { Report } from "./report.ts";
import { checksOf } from "./suites/index.ts";
import type { Twin } from "./twin.ts";
import { loadTwins } from "./twins-file.ts";

export interface ConformOptions extends ReplayOptions {
  /** The suites to run; all of them unless told otherwise. */
  readonly suites?: readonly string[] | undefined;
  /** Twins of one's own to compare instead, or the file that exports them. */
  readonly twins?: string | readonly Twin[] | undefined;
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
  const own = typeof twins === "string" ? await loadTwins(twins) : twins;
  const checks = own === undefined ? checksOf(suites) : own.flatMap((twin) => twinChecks("twins", twin));
  return runChecks(checks, { candidate, reference }, options);
}
