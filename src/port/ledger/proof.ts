import { resolve } from "node:path";
import type { Backend, Cancellable, TorchBackend } from "../../backend.ts";
import { type ProveOptions, prove, type Report } from "../../conformance/index.ts";
import { readInputs } from "../../conformance/prove/case-file.ts";
import { severityOf } from "../../conformance/reports/report.ts";
import type { Program } from "../../schema/options.ts";
import { changes, type Digests } from "./digests.ts";
import type { LedgerProof, LedgerTwin } from "./ledger.generated.ts";
import type { Ledger } from "./read.ts";
import { timed } from "./timed.ts";

/** Both sides, and the ledger. */
export interface Sides {
  readonly candidate: Backend;
  readonly reference: TorchBackend;
  readonly ledger: Ledger;
  /** Python's module, as a program that runs in its folder. */
  readonly program: Program;
}

/** What is to have a proof. */
export interface Wanted {
  readonly name: string;
  readonly twin: LedgerTwin;
  readonly digests: Digests;
  readonly before: LedgerProof | undefined;
}

/** What is to be done. */
export interface Work extends Cancellable {
  readonly check: boolean;
  readonly again: boolean;
  readonly time: boolean;
}

/** The proof of one twin, made anew where it has to be, and what is wrong with the one there was. */
export async function proofOf(
  sides: Sides,
  { name, twin, digests, before }: Wanted,
  { check, again, time, signal }: Work,
): Promise<{ proof: LedgerProof; problems: string[] }> {
  const keys = Object.keys(changes) as (keyof Digests)[];
  const stale = before === undefined ? [] : keys.filter((key) => before[key] !== digests[key]);
  const fresh = before !== undefined && stale.length === 0;
  const unmeasured = time && before?.speed === null;
  if (before !== undefined && fresh && !again && !check && !unmeasured)
    return { proof: before, problems: broken(before) };
  const options = await optionsOf(sides, name, twin);
  const report = await prove(sides.candidate, sides.reference, { ...options, signal });
  const kept = fresh ? before.speed : null;
  const speed = time ? await timed(sides.candidate, sides.reference, options) : kept;
  const proof = { ...verdictOf(report, before), speed, ...digests };
  const problems = [...(before === undefined ? ["it has no proof"] : []), ...stale.map((key) => changes[key])];
  return { proof, problems: [...(check ? problems : []), ...broken(proof)] };
}

/** It stays a problem until it conforms again, however often it is looked at meanwhile. */
function broken({ conformed }: LedgerProof): string[] {
  return conformed === undefined ? [] : ["it conformed, and no longer does"];
}

async function optionsOf({ ledger, program }: Sides, name: string, twin: LedgerTwin): Promise<ProveOptions> {
  const { port, inputs, init, cases, calls, ...rest } = twin;
  const where = `${ledger.path}: ${name}`;
  const [path = "", exported] = port.split("#");
  const file = resolve(ledger.folder, path);
  return {
    ...rest,
    torch: `${ledger.file.module}:${name}`,
    ...program,
    port: exported === undefined ? file : `${file}#${exported}`,
    ...(inputs === undefined ? {} : { inputs: await readInputs(inputs, ledger.folder, where) }),
    ...(init === undefined ? {} : { init: await readInputs(init, ledger.folder, where) }),
    ...(cases === undefined ? {} : { cases: resolve(ledger.folder, cases) }),
    ...(calls === undefined ? {} : { calls: resolve(ledger.folder, calls) }),
  };
}

type Verdict = Pick<LedgerProof, "state" | "since" | "conformed" | "proved" | "cases" | "worst" | "message">;

function verdictOf({ cases, failed, passed }: Report, before: LedgerProof | undefined): Verdict {
  const proved = new Date().toISOString();
  const worst = Math.max(
    ...cases.flatMap((one) => (one.worst === null ? [] : [severityOf({ ...one.worst, message: undefined })])),
  );
  const wrong = cases.find(({ status }) => status === "failed");
  const conforms = failed === 0 && passed > 0;
  const reason = wrong === undefined ? "no case could be compared" : `${wrong.id}: ${wrong.message ?? "it fails"}`;
  const since = before?.state === "conforms" ? before.since : proved;
  const conformed = before?.state === "conforms" ? before.proved : before?.conformed;
  return {
    state: conforms ? "conforms" : "departs",
    since: conforms ? since : null,
    ...(conforms || conformed === undefined ? {} : { conformed }),
    proved,
    cases: passed + failed,
    worst: Number.isFinite(worst) ? worst : null,
    message: conforms ? null : (reason.split("\n")[0] ?? reason),
  };
}
