import { resolve } from "node:path";
import * as z from "zod";
import type { Backend, Cancellable, TorchBackend } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import { jsonIn, writeFileAtomically } from "../../files.ts";
import type { Contract } from "../../interop/contract/contract.ts";
import { programOf } from "../../interop/program.ts";
import { jsonText } from "../../json.ts";
import { withLock } from "../../lock.ts";
import { abortSignal, callback, validate } from "../../validation.ts";
import { askedDigest, digestOf, portDigest } from "./digests.ts";
import { type LedgerEntry, type LedgerReport, reportOf } from "./entries.ts";
import { ledgerFormat } from "./format.ts";
import { checkTwins, functionsOf } from "./functions.ts";
import type { LedgerProof } from "./ledger.generated.ts";
import { proofOf } from "./proof.ts";
import { type Ledger, lockPath, readLedger, readLock, twinOf } from "./read.ts";

/** How a ledger is kept. */
export interface KeepOptions extends Cancellable {
  /** Writes nothing: proves all anew, and says what no longer conforms and which proofs are older than what they are of. */
  readonly check?: boolean | undefined;
  /** Proves what has a proof of the same files too. */
  readonly again?: boolean | undefined;
  /** Also measures each twin against the same call of Python's. */
  readonly time?: boolean | undefined;
  /** Is told of each entry as it is done. */
  readonly onEntry?: ((entry: LedgerEntry) => void) | undefined;
}

const keepOptions = z.strictObject({
  check: z.boolean().default(false),
  again: z.boolean().default(false),
  time: z.boolean().default(false),
  onEntry: callback<NonNullable<KeepOptions["onEntry"]>>().optional(),
  signal: abortSignal.optional(),
});

/**
 * Keeps a ledger: proves the twins whose proofs are missing or older than what they are of, and writes each proof as it is made.
 * @param path of port.json.
 * @throws AdsamError `file` for what is no ledger, `usage` for a twin that is not there, and as `import` and `prove`.
 */
export async function keepLedger(
  candidate: Backend,
  reference: TorchBackend,
  path = "port.json",
  options: KeepOptions = {},
): Promise<LedgerReport> {
  const asked = validate(keepOptions, options, "port");
  const ledger = await readLedger(path);
  const { module, argv, cuda } = ledger.file;
  const program = programOf({ folder: resolve(ledger.folder, ledger.file.folder), argv, cuda }, path);
  const contract = await reference.contract([module], program);
  const known = functionsOf(contract, module);
  const twins = new Map(Object.entries(ledger.file.twins));
  checkTwins([...twins.keys()], known, module);
  const origins = await (await reference.import("adsam_bridge.proof", program)).method("origins", module);
  const bridged = await namesOfClient(ledger);
  const proofs = new Map(Object.entries(ledger.lock.proofs));
  const gone = [...proofs.keys()].filter((name) => !twins.has(name));
  const entries: LedgerEntry[] = [];
  for (const [name, declared] of known) {
    const said = twins.get(name);
    const base = { name, bridged: bridged.has(name) ? "client" : "by name" } as const;
    if (said === undefined) {
      entries.push({ ...base, twin: null, state: "none", proof: null, problems: [] });
      continue;
    }
    if (asked.signal?.aborted) throw new AdsamError("cancelled", `cancelled after ${entries.length} of ${known.size}`);
    const twin = twinOf(said);
    const digests = {
      python: digestOf(origins),
      contract: digestOf(declared),
      port: await portDigest(ledger.folder, twin.port),
      asked: await askedDigest(ledger, twin),
    };
    const before = proofs.get(name);
    const { proof, problems } = await proofOf(
      { candidate, reference, ledger, program },
      { name, twin, digests, before },
      asked,
    );
    const entry = { ...base, twin: twin.port, state: proof.state, proof, problems };
    entries.push(entry);
    if (proof !== before && !asked.check) {
      await keep(ledger, name, proof, gone);
    }
    asked.onEntry?.(entry);
  }
  return reportOf(module, entries);
}

/** Writes a proof beside those there are by now: another run may have made some meanwhile. */
async function keep(
  { path, file: { module } }: Ledger,
  name: string,
  proof: LedgerProof,
  gone: readonly string[],
): Promise<void> {
  const file = lockPath(path);
  await withLock(
    `${file}.writing`,
    () => {},
    async () => {
      const proofs = new Map(Object.entries((await readLock(file, module)).proofs)).set(name, proof);
      for (const one of gone) proofs.delete(one);
      const sorted = Object.fromEntries([...proofs].sort(([a], [b]) => (a < b ? -1 : 1)));
      await writeFileAtomically(file, [`${jsonText({ format: ledgerFormat, module, proofs: sorted }, 2)}\n`]);
    },
  );
}

/** What a client of `adsam wrap` has, from the contract beside it. */
async function namesOfClient({ folder, file: { client, module } }: Ledger): Promise<ReadonlySet<string>> {
  if (client === undefined) return new Set();
  const contract = await jsonIn(resolve(folder, client.replace(/\.[cm]?ts$/, ".contract.json")));
  const isContract = typeof contract === "object" && contract !== null && "modules" in contract;
  if (!isContract) throw new AdsamError("file", `${client}: expected the contract of a client beside it`);
  return new Set(functionsOf(contract as Contract, module).keys());
}
