import type { Backend, TorchBackend } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import { validate } from "../../validation.ts";
import { type CaseReport, type Report, summarize } from "../reports/report.ts";
import { checkNames, conventionOf } from "./convention.ts";
import { type ProveOptions, proveOptions } from "./options.ts";
import { loadPort } from "./port-file.ts";
import { proveCase } from "./prove-case.ts";
import { openSubject } from "./python-subject.ts";
import { writeReproduction } from "./reproduction.ts";
import { casesFor } from "./sources.ts";

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
  const { backend } = await candidate.info();
  const { torch, folder, init, port } = checked;
  const loaded =
    typeof port === "string" ? await loadPort(port) : { port, name: port.name, unchanged: () => Promise.resolve() };
  const subject = await openSubject(reference, torch, folder, init);
  const { cases, unkept } = await casesFor(checked, subject);
  for (const { inputs } of cases) checkNames(subject, Object.keys(inputs));
  const reports: CaseReport[] = [];
  for (const one of cases) {
    if (signal?.aborted) {
      throw new AdsamError("cancelled", `cancelled after ${reports.length} of ${cases.length} cases`);
    }
    const convention = conventionOf(checked, subject, Object.keys(one.inputs));
    const proof = { ...checked, subject, port: loaded.port, convention, backend, suite: torch };
    const { report, failed } = await proveCase(proof, one, { signal });
    await loaded.unchanged();
    if (failed !== undefined && checked.repro !== undefined) await writeReproduction(checked, failed);
    reports.push(report);
    onCase?.(report, reports.length, cases.length);
  }
  const refused = unkept.map(
    ({ id, reason }): CaseReport => ({
      suite: torch,
      id,
      backend,
      status: "unsupported",
      worst: null,
      message: reason,
    }),
  );
  return summarize([...reports, ...refused]);
}
