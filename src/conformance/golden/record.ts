import { join } from "node:path";
import * as z from "zod";
import type { Backend } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import { checkWritable, writeFileAtomically } from "../../files.ts";
import { validate } from "../../validation.ts";
import { type CaseReport, type Report, type ReportOptions, reportOptions, summarize } from "../reports/report.ts";
import { answer } from "./answer.ts";
import { blanks, type Json } from "./blanks.ts";
import { type GoldenSuite, goldenSuites, readCase } from "./read.ts";

/** What to record. */
export interface RecordOptions extends ReportOptions {
  /** The suites to record, each in a file of its own; all three unless told otherwise. */
  readonly suites?: readonly GoldenSuite[] | undefined;
}

const recordOptions = z.strictObject({ ...reportOptions, suites: z.array(z.enum(goldenSuites)).min(1).optional() });

/**
 * Writes layers.json, models.json and adversarial.json (docs/golden-format.md, format 1) into a folder, with what the
 * backend computes in float64. Each file is written when all its cases are there.
 * @returns a report that says which cases were recorded.
 * @throws AdsamError `usage` for a backend without float64, `file` or `disk` where the folder cannot be written, `cancelled`.
 */
export async function recordGolden(backend: Backend, folder: string, options: RecordOptions = {}): Promise<Report> {
  const { onCase, signal, suites = goldenSuites } = validate(recordOptions, options, "recordGolden");
  const { backend: name, dtypes } = await backend.info();
  if (!dtypes.includes("float64")) {
    throw new AdsamError(
      "usage",
      `expected a backend with float64 to record golden files from, got ${name} (${dtypes.join(", ")})`,
      {
        suggestion: "record them from torch",
      },
    );
  }
  const files = suites.map((suite) => [suite, join(folder, `${suite}.json`)] as const);
  // Better now than after minutes of work.
  for (const [, file] of files) await checkWritable(file);
  const total = suites.reduce((count, suite) => count + blanks[suite].length, 0);
  const reports: CaseReport[] = [];
  for (const [suite, file] of files) {
    const cases: Json[] = [];
    for (const { record, complete } of blanks[suite]) {
      const golden = readCase(suite, record, `the recipe of ${suite}`);
      cases.push(complete(await answer(golden, backend, { signal })));
      const report: CaseReport = { suite, id: golden.id, backend: name, status: "passed", worst: null };
      reports.push(report);
      onCase?.(report, reports.length, total);
    }
    await writeFileAtomically(file, [JSON.stringify({ format: 1, suite, cases })]);
  }
  return summarize(reports);
}
