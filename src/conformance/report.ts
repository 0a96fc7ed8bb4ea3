import type { Comparison } from "./compare.ts";
import type { GoldenCase } from "./expectations.ts";

export type Worst = Omit<Comparison, "message">;

export interface CaseReport {
  readonly suite: string;
  readonly id: string;
  readonly backend: string;
  readonly status: "passed" | "failed" | "unsupported";
  /** The comparison that failed worst, or came nearest to its tolerance; null where nothing could be compared. */
  readonly worst: Worst | null;
  /** Why it failed or is unsupported. */
  readonly message?: string;
}

export interface Report {
  readonly passed: number;
  readonly failed: number;
  readonly cases: readonly CaseReport[];
}

/** How bad a comparison is: above 1 it failed. The rounding to float32 is the record's, and hides no other error. */
function severity({ maxRel, tolerance, message }: Comparison, tightest: number): number {
  if (message !== undefined) return tolerance === 0 ? Infinity : maxRel / tolerance;
  return tolerance === 0 || tolerance > tightest ? 0 : maxRel / tolerance;
}

function worstOf(comparisons: readonly Comparison[]): Comparison | undefined {
  const tolerances = comparisons.map(({ tolerance }) => tolerance).filter((tolerance) => tolerance > 0);
  const tightest = Math.min(...tolerances);
  return comparisons.reduce<Comparison | undefined>((worst, next) => {
    return worst === undefined || severity(next, tightest) > severity(worst, tightest) ? next : worst;
  }, undefined);
}

/** The verdict on one case. A case whose record leaves everything out is unsupported: it says nothing about the backend. */
export function judge(
  { suite, id }: Pick<GoldenCase, "suite" | "id">,
  backend: string,
  comparisons: readonly Comparison[],
): CaseReport {
  const worst = worstOf(comparisons);
  if (worst === undefined) {
    return { suite, id, backend, status: "unsupported", worst: null, message: "the record has nothing to compare" };
  }
  const { message, ...numbers } = worst;
  const failed = comparisons.filter((comparison) => comparison.message !== undefined).length;
  if (message === undefined) return { suite, id, backend, status: "passed", worst: numbers };
  const others = failed === 1 ? "" : `; ${failed} of ${comparisons.length} comparisons failed`;
  return { suite, id, backend, status: "failed", worst: numbers, message: message + others };
}

export function summarize(cases: readonly CaseReport[]): Report {
  const count = (status: CaseReport["status"]) => cases.filter((one) => one.status === status).length;
  return { passed: count("passed"), failed: count("failed"), cases };
}
