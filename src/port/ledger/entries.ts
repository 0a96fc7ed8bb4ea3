import type { LedgerProof } from "./ledger.generated.ts";

/** Where a public function of Python's stands. */
export interface LedgerEntry {
  /** `function` or `Class.method`. */
  readonly name: string;
  /** Whether a client of `adsam wrap` has it, or TypeScript calls it by its name. */
  readonly bridged: "client" | "by name";
  /** The file and name of its twin; null where it has none. */
  readonly twin: string | null;
  /** "none" where it has no twin. */
  readonly state: "conforms" | "departs" | "none";
  /** What is known of the proof; null where there is none. */
  readonly proof: LedgerProof | null;
  /** What `check` finds wrong with it. */
  readonly problems: readonly string[];
}

/** Where a Python module stands. */
export interface LedgerReport {
  /** By its dotted name. */
  readonly module: string;
  /** How many functions it has. */
  readonly functions: number;
  /** How many have a twin. */
  readonly twins: number;
  /** How many of these conform. */
  readonly conforming: number;
  /** How many entries have problems. */
  readonly problems: number;
  /** By name: functions, and then methods. */
  readonly entries: readonly LedgerEntry[];
}

/** Entries, counted. */
export function reportOf(module: string, entries: readonly LedgerEntry[]): LedgerReport {
  const count = (test: (one: LedgerEntry) => boolean) => entries.filter(test).length;
  return {
    module,
    functions: entries.length,
    twins: count(({ twin }) => twin !== null),
    conforming: count(({ state }) => state === "conforms"),
    problems: count(({ problems }) => problems.length > 0),
    entries,
  };
}
