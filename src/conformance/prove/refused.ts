import { AdsamError } from "../../errors.ts";
import type { Comparison } from "../comparison.ts";
import { type CaseName, type CaseReport, judge } from "../reports/report.ts";

/** What a side threw that is its answer, and ends nothing. */
export class Failure {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** What work gives, or the error that is the user's code's own. */
export async function orFailure<T>(work: () => Promise<T>): Promise<T | Failure> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AdsamError && error.code !== "python") throw error;
    return new Failure(error instanceof Error ? error.message : String(error));
  }
}

/** Where Python throws, the port must: on an edge otherwise nothing is said of it. */
export async function refused(
  { suite, id, backend }: CaseName & Pick<CaseReport, "backend">,
  edge: boolean,
  { reason }: Failure,
  askPort: () => Promise<unknown>,
): Promise<CaseReport> {
  const message = `Python throws: ${reason}`;
  const ours = await orFailure(askPort);
  if (ours instanceof Failure) {
    const agreed: Comparison = { tensor: "throws", maxAbs: 0, maxRel: 0, tolerance: 0 };
    return { ...judge({ suite, id }, backend, [agreed]), note: `${message}; the port throws: ${ours.reason}` };
  }
  const status = edge ? "unsupported" : "failed";
  return { suite, id, backend, status, worst: null, message: edge ? message : `${message}; the port does not` };
}
