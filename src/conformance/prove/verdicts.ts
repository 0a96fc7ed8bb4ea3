import type { Backend, Cancellable } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import type { CaseReport } from "../reports/report.ts";
import { checkNames, conventionOf } from "./convention.ts";
import type { CheckedProveOptions } from "./options.ts";
import { portOf } from "./port-file.ts";
import { proveCase, type Verdict } from "./prove-case.ts";
import type { Subject, Wanted } from "./python-subject.ts";
import { casesFor } from "./sources.ts";

/** Finds a function of Python's. */
export type OpenSubject = (wanted: Wanted) => Promise<Subject>;

/** One of several verdicts. */
export interface VerdictOf extends Verdict {
  /** How many there will be. */
  readonly total: number;
}

/**
 * The verdict on each case, in turn; last on recorded calls that cannot be made again.
 * @param where what messages call the options.
 * @throws AdsamError `usage` where a target is not there, or an input that it does not take; `file`; `cancelled`.
 */
export async function* verdicts(
  candidate: Backend,
  open: OpenSubject,
  checked: Omit<CheckedProveOptions, "onCase" | "signal">,
  where: string,
  { signal }: Cancellable = {},
): AsyncGenerator<VerdictOf> {
  const { backend } = await candidate.info();
  const { torch, port } = checked;
  const loaded = await portOf(port);
  const subject = await open(checked);
  const { cases, unkept } = await casesFor(checked, subject);
  for (const { inputs } of cases) checkNames(subject, Object.keys(inputs));
  const total = cases.length + unkept.length;
  const empty: string[] = [];
  const [compared, told] = [new Set<string>(), new Set<string>()];
  for (const [done, one] of cases.entries()) {
    if (signal?.aborted) throw new AdsamError("cancelled", `cancelled after ${done} of ${total} cases`);
    const convention = conventionOf(checked, subject, Object.keys(one.inputs));
    const proof = { ...checked, subject, port: loaded.port, convention, backend, suite: torch, where };
    const verdict = await proveCase(proof, one, { signal });
    await loaded.unchanged();
    if (verdict.empty !== undefined && one.edge !== true) empty.push(verdict.empty);
    for (const name of verdict.told ?? []) told.add(name);
    const { status, comparisons = [] } = verdict.report;
    if (status === "passed") for (const { tensor } of comparisons) compared.add(tensor);
    yield { ...verdict, total };
  }
  const asked = cases.filter(({ edge }) => edge !== true);
  if (empty.length === asked.length && asked.length > 0) {
    throw new AdsamError("usage", `nothing could be compared: ${empty[0]}`, {
      suggestion: "give Python's function arguments that it takes, and of which numbers come",
    });
  }
  const untold = [...compared].filter((name) => !told.has(name));
  if (empty.length < asked.length && untold.length > 0 && told.size > 0) {
    throw new AdsamError("usage", `nothing of ${untold.join(", ")} could be compared: it is NaN in every case`, {
      suggestion: "give inputs for which it has numbers",
    });
  }
  for (const { id, reason } of unkept) {
    const report: CaseReport = { suite: torch, id, backend, status: "unsupported", worst: null, message: reason };
    yield { report, total };
  }
}
