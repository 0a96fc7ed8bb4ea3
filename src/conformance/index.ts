import type { Backend, Cancellable } from "../backend.ts";
import { AdsamError, type ErrorCode } from "../errors.ts";
import { type Comparison, compare, unanswered } from "./compare.ts";
import type { GoldenCase } from "./expectations.ts";
import { readGolden } from "./golden.ts";
import { type CaseReport, judge, type Report, summarize } from "./report.ts";

export type { CaseReport, Report, Worst } from "./report.ts";
export { caseLine, reportTable } from "./table.ts";

export interface ReplayOptions extends Cancellable {
  /** Called with each case as it is done. */
  readonly onCase?: ((report: CaseReport, done: number, total: number) => void) | undefined;
}

/** Errors by which a backend says that it could not do what the case asks; all others end the replay. */
const refusals: readonly ErrorCode[] = ["usage", "data", "python"];

async function compareCase(golden: GoldenCase, backend: Backend, options: Cancellable): Promise<Comparison[]> {
  try {
    return compare(golden.expectations, await golden.replay(backend, options));
  } catch (cause) {
    if (!(cause instanceof AdsamError) || !refusals.includes(cause.code)) throw cause;
    return unanswered(golden.expectations, cause.message);
  }
}

/**
 * Replays every golden file (REFERENCE "golden/") of a folder on a backend, in float64, and compares number by number.
 * All files are read and checked before the first case runs.
 * @throws AdsamError `file` for a folder that is missing or holds no golden file, `data` for a file that is damaged or of
 * another format, `cancelled` when the signal fires, and whatever ends the backend. A wrong answer is no error: it is in the report.
 */
export async function replayGolden(
  backend: Backend,
  folder: string,
  { onCase, signal }: ReplayOptions = {},
): Promise<Report> {
  const cases = await readGolden(folder);
  const { backend: name } = await backend.info();
  const reports: CaseReport[] = [];
  for (const golden of cases) {
    if (signal?.aborted)
      throw new AdsamError("cancelled", `cancelled after ${reports.length} of ${cases.length} cases`);
    const report = judge(golden, name, await compareCase(golden, backend, { signal }));
    reports.push(report);
    onCase?.(report, reports.length, cases.length);
  }
  return summarize(reports);
}
