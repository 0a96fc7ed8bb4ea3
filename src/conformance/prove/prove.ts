import type { Backend, TorchBackend } from "../../backend.ts";
import { validate } from "../../validation.ts";
import { type CaseReport, type Report, summarize } from "../reports/report.ts";
import { type ProveOptions, proveOptions } from "./options.ts";
import { openSubject } from "./python-subject.ts";
import { writeReproduction } from "./reproduction.ts";
import { type OpenSubject, verdicts } from "./verdicts.ts";

/**
 * Holds a TypeScript function against any Python function, method, module or training step: outputs, gradients, and what it
 * changes in place, by tolerances derived from Python's own float64.
 * @param candidate makes TensorFlow.js ready.
 * @throws AdsamError `usage` for an option that is unknown or wrong, a target that is not there, an input that it does not take;
 *   `file` for a file that cannot be loaded; `cancelled`; and what ends a backend. That the two differ is no error: it is in the
 *   report.
 */
export async function prove(candidate: Backend, reference: TorchBackend, options: ProveOptions): Promise<Report> {
  const { onCase, signal, ...checked } = validate(proveOptions, options, "prove");
  const reports: CaseReport[] = [];
  const find: OpenSubject = (wanted) => openSubject(reference, wanted);
  for await (const { report, failed, total } of verdicts(candidate, find, checked, "prove", { signal })) {
    if (failed !== undefined && checked.repro !== undefined) await writeReproduction(checked, failed);
    reports.push(report);
    onCase?.(report, reports.length, total);
  }
  return summarize(reports);
}
