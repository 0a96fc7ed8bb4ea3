import type { Cancellable } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import { abortSignal, callback } from "../../validation.ts";
import type { Comparison } from "../comparison.ts";

/** A comparison without its message. */
export type Worst = Omit<Comparison, "message">;

/** A case in the words of its suite. */
export interface CaseName {
  /** The suite that the case is of. */
  readonly suite: string;
  /** The case within its suite. */
  readonly id: string;
}

/** The verdict on one case. */
export interface CaseReport extends CaseName {
  /** The backend that was judged. */
  readonly backend: string;
  /** `unsupported`: the backend cannot do it, which is neither passed nor failed. */
  readonly status: "passed" | "failed" | "unsupported";
  /** The comparison that failed worst, or came nearest to its tolerance; null where nothing could be compared. */
  readonly worst: Worst | null;
  /** Why it failed or is unsupported. */
  readonly message?: string | undefined;
  /** What the numbers say beside passed and failed. */
  readonly note?: string | undefined;
  /** Every comparison, where tolerances were derived: each error with its own tolerance. */
  readonly comparisons?: readonly Comparison[] | undefined;
}

/** The verdicts on all cases. */
export interface Report {
  /** How many cases passed. */
  readonly passed: number;
  /** How many cases failed. */
  readonly failed: number;
  /** In the order in which they ran. */
  readonly cases: readonly CaseReport[];
}

/** How bad a comparison is, in parts of its tolerance: above 1 it failed. */
export function severityOf({
  maxRel,
  tolerance,
  normRel,
  normTolerance,
  message,
}: Worst & Pick<Comparison, "message">): number {
  const parts = [inParts(maxRel, tolerance), inParts(normRel ?? 0, normTolerance ?? 1)];
  const worst = Math.max(...parts);
  return message !== undefined && worst <= 1 ? Infinity : worst;
}

function inParts(error: number, tolerance: number): number {
  return error === 0 ? 0 : error / tolerance;
}

/** The rounding to float32 is the record's, and hides no other error. */
function severity(comparison: Comparison, tightest: number): number {
  const { tolerance, normTolerance, message } = comparison;
  const isLoose = normTolerance === undefined && tolerance > tightest;
  return message === undefined && isLoose ? 0 : severityOf(comparison);
}

function worstOf(comparisons: readonly Comparison[]): Comparison | undefined {
  const tolerances = comparisons.map(({ tolerance }) => tolerance).filter((tolerance) => tolerance > 0);
  const tightest = Math.min(...tolerances);
  return comparisons.reduce<Comparison | undefined>((worst, next) => {
    return worst === undefined || severity(next, tightest) > severity(worst, tightest) ? next : worst;
  }, undefined);
}

/** The verdict on one case. A case whose record leaves everything out is unsupported: it says nothing about the backend. */
export function judge({ suite, id }: CaseName, backend: string, comparisons: readonly Comparison[]): CaseReport {
  const worst = worstOf(comparisons);
  if (worst === undefined) {
    return { suite, id, backend, status: "unsupported", worst: null, message: "there is nothing to compare" };
  }
  const { message, ...numbers } = worst;
  const failed = comparisons.filter((comparison) => comparison.message !== undefined).length;
  if (message === undefined) return { suite, id, backend, status: "passed", worst: numbers };
  const others = failed === 1 ? "" : `; ${failed} of ${comparisons.length} comparisons failed`;
  return { suite, id, backend, status: "failed", worst: numbers, message: message + others };
}

/** The report on a case, or that a backend has said that it cannot do it. */
export async function unlessUnsupported(
  { suite, id }: CaseName,
  backend: string,
  report: () => Promise<CaseReport>,
): Promise<CaseReport> {
  try {
    return await report();
  } catch (error) {
    if (!(error instanceof AdsamError) || error.code !== "unsupported") throw error;
    return { suite, id, backend, status: "unsupported", worst: null, message: error.message };
  }
}

export function summarize(cases: readonly CaseReport[]): Report {
  const count = (status: CaseReport["status"]) => cases.filter((one) => one.status === status).length;
  return { passed: count("passed"), failed: count("failed"), cases };
}

/** How the work is followed, and given up. */
export interface ReportOptions extends Cancellable {
  /** Called with each case as it is done. */
  readonly onCase?: ((report: CaseReport, done: number, total: number) => void) | undefined;
}

/** The schema of the same, as a part of others. */
export const reportOptions = {
  onCase: callback<NonNullable<ReportOptions["onCase"]>>().optional(),
  signal: abortSignal.optional(),
};
