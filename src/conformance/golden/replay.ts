import * as z from "zod";
import type { Backend, Cancellable } from "../../backend.ts";
import { AdsamError, type ErrorCode } from "../../errors.ts";
import { callback, validate } from "../../validation.ts";
import type { Comparison } from "../comparison.ts";
import {
  type CaseReport,
  judge,
  type Report,
  type ReportOptions,
  reportOptions,
  summarize,
  unlessUnsupported,
} from "../reports/report.ts";
import { answer } from "./answer.ts";
import type { GoldenCase } from "./case.ts";
import { compare, unanswered } from "./double.ts";
import { readGolden } from "./read.ts";
import { compareSingle } from "./single.ts";

/** How golden files are replayed. */
export interface GoldenOptions extends ReportOptions {
  /** Opens torch, from which tolerances are derived where the backend has no float64. */
  readonly openTorch?: (() => Promise<Backend>) | undefined;
}

const goldenOptions = z.strictObject({
  ...reportOptions,
  openTorch: callback<NonNullable<GoldenOptions["openTorch"]>>().optional(),
});

/** Errors by which a backend says that it could not do what the case asks; all others end the replay. */
const refusals: readonly ErrorCode[] = ["usage", "data", "python"];

async function compareCase(
  golden: GoldenCase,
  backend: Backend,
  torch: Backend | undefined,
  options: Cancellable,
): Promise<Comparison[]> {
  try {
    if (torch !== undefined) return await compareSingle(golden, backend, torch, options);
    return compare(golden.expectations, await answer(golden, backend, options));
  } catch (cause) {
    if (!(cause instanceof AdsamError) || !refusals.includes(cause.code)) throw cause;
    return unanswered(golden.expectations, cause.message);
  }
}

/**
 * Replays every golden file (docs/golden-format.md) of a folder on a backend and compares number by number: in float64,
 * or where the backend has float32 alone in that, by tolerances derived from torch (`single.ts`).
 * All files are read and checked before the first case runs.
 * @throws AdsamError `file` for a folder that is missing or holds no golden file, `data` for a file that is damaged or of
 * another format, `usage` where torch is needed and `openTorch` is not given, `cancelled` when the signal fires, and
 * whatever ends the backend. A wrong answer is no error: it is in the report.
 */
export async function replayGolden(backend: Backend, folder: string, options: GoldenOptions = {}): Promise<Report> {
  const { onCase, signal, openTorch } = validate(goldenOptions, options, "replayGolden");
  const cases = await readGolden(folder);
  const { backend: name, dtypes } = await backend.info();
  await using torch = dtypes.includes("float64") ? undefined : await torchFrom(openTorch, name);
  const reports: CaseReport[] = [];
  for (const golden of cases) {
    if (signal?.aborted)
      throw new AdsamError("cancelled", `cancelled after ${reports.length} of ${cases.length} cases`);
    const report = await unlessUnsupported(golden, name, async () =>
      judge(golden, name, await compareCase(golden, backend, torch, { signal })),
    );
    reports.push(report);
    onCase?.(report, reports.length, cases.length);
  }
  return summarize(reports);
}

function torchFrom(openTorch: GoldenOptions["openTorch"], name: string): Promise<Backend> {
  if (openTorch !== undefined) return openTorch();
  throw new AdsamError("usage", `${name} computes in float32: expected torch, from which the tolerances are derived`, {
    suggestion: 'give openTorch: () => open({ backend: "torch" })',
  });
}
