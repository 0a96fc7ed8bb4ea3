import type { Backend } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import type { Parties } from "../pairs/implementation.ts";
import {
  type CaseReport,
  judge,
  type Report,
  type ReportOptions,
  summarize,
  unlessUnsupported,
} from "../reports/report.ts";
import type { Check } from "./check.ts";

/**
 * Runs checks on two backends, one after another.
 * @param parties the candidate computes in float32; the reference must be able to compute in float64, from which the
 * tolerances are derived (`tolerance.ts`).
 * @throws AdsamError `usage` for a reference without float64, `cancelled` when the signal fires, and whatever ends a
 * backend. That the two differ is no error: it is in the report.
 */
export async function runChecks(
  checks: readonly Check[],
  parties: Parties,
  { onCase, signal }: ReportOptions = {},
): Promise<Report> {
  await requireDouble(parties.reference);
  const { backend } = await parties.candidate.info();
  const reports: CaseReport[] = [];
  for (const check of checks) {
    if (signal?.aborted)
      throw new AdsamError("cancelled", `cancelled after ${reports.length} of ${checks.length} cases`);
    const report = await unlessUnsupported(check, backend, async () => {
      const comparisons = await check.run(parties, { signal });
      if (!Array.isArray(comparisons)) return { ...comparisons, id: check.id };
      const note = check.note === undefined ? {} : { note: check.note(comparisons) };
      return { ...judge(check, backend, comparisons), ...note, comparisons };
    });
    reports.push(report);
    onCase?.(report, reports.length, checks.length);
  }
  return summarize(reports);
}

async function requireDouble(reference: Backend): Promise<void> {
  const { backend, dtypes } = await reference.info();
  if (dtypes.includes("float64")) return;
  throw new AdsamError("usage", `expected to compare against a backend with float64, ${backend} has ${dtypes}`, {
    suggestion: "swap the two: tolerances are derived from what torch computes in float64",
  });
}
