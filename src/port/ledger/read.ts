import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type * as z from "zod";
import { AdsamError } from "../../errors.ts";
import { jsonIn, systemCode } from "../../files.ts";
import { validate } from "../../validation.ts";
import { ledgerFile, ledgerFormat, ledgerLock } from "./format.ts";
import type { LedgerFile, LedgerLock, LedgerTwin } from "./ledger.generated.ts";

/** A ledger as it is on the disk. */
export interface Ledger {
  /** Its path. */
  readonly path: string;
  /** The folder that its paths start from. */
  readonly folder: string;
  /** What its user has written. */
  readonly file: LedgerFile;
  /** What was proved so far; without proofs before the first time. */
  readonly lock: LedgerLock;
}

/**
 * A ledger, `port.json`, and what was proved of it, `port.lock.json` beside it.
 * @throws AdsamError `file` for files that cannot be read or are no ledger, or one of another version of this package.
 */
export async function readLedger(path = "port.json"): Promise<Ledger> {
  const whole = resolve(path);
  const file = checked(ledgerFile, await jsonIn(whole), path);
  const lock = await readLock(lockPath(whole), file.module);
  return { path: whole, folder: dirname(whole), file, lock };
}

/** Where the proofs of a ledger are kept. */
export function lockPath(path: string): string {
  return path.endsWith(".json") ? `${path.slice(0, -".json".length)}.lock.json` : `${path}.lock.json`;
}

/** A twin with its defaults, however it is written. */
export function twinOf(said: string | LedgerTwin): LedgerTwin {
  if (typeof said !== "string") return said;
  return {
    port: said,
    call: "positional",
    as: "tfjs",
    differentiate: [],
    dtype: "auto",
    draws: "python",
    reductions: {},
  };
}

/** What was proved so far, of this module. */
export async function readLock(path: string, module: string): Promise<LedgerLock> {
  const none = { format: ledgerFormat, module, proofs: {} } as const;
  try {
    await readFile(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return none;
  }
  const lock = checked(ledgerLock, await jsonIn(path), path);
  return lock.module === module ? lock : none;
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, path: string): z.output<Schema> {
  const format: unknown = typeof value === "object" && value !== null && "format" in value ? value.format : undefined;
  if (typeof format === "number" && format !== ledgerFormat) {
    throw new AdsamError("file", `${path}: expected format ${ledgerFormat}, got ${format}`, {
      suggestion: "it is of another version of this package",
    });
  }
  return validate(schema, value, path, "file");
}
