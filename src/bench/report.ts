import type { Figure, Unmeasured } from "./figure.ts";
import type { Effort } from "./setting.ts";
import type { BenchSuiteName } from "./suites/index.ts";

/** Where it was measured; nothing here names a file or a person. */
export interface Machine {
  /** The processor as its maker calls it. */
  readonly cpu: string;
  /** Of the processor, as the system counts them. */
  readonly cores: number;
  /** Operating system and architecture. */
  readonly platform: string;
  /** Of torch. */
  readonly device: string;
  /** The device as its maker calls it. */
  readonly deviceName: string;
  /** Of torch, on the CPU. */
  readonly threads: number;
}

/** What a suite measured. */
export interface SuiteReport {
  /** The suite. */
  readonly name: BenchSuiteName;
  /** What it is about, in a few words. */
  readonly about: string;
  /** That measuring took. */
  readonly seconds: number;
  /** What was measured. */
  readonly figures: readonly Figure[];
  /** What could not be. */
  readonly unmeasured: readonly Unmeasured[];
  /** Of an error that ended the suite early. */
  readonly failure: string | null;
}

/** What `adsam bench --json` prints. */
export interface BenchReport {
  /** Of this report. */
  readonly format: 1;
  /** When it began, ISO 8601. */
  readonly date: string;
  /** Where it was measured. */
  readonly machine: Machine;
  /** Of everything that took part, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** How long was measured. */
  readonly effort: Effort;
  /** In the order in which they ran. */
  readonly suites: readonly SuiteReport[];
  /** Of the whole; each suite has its own besides. */
  readonly unmeasured: readonly Unmeasured[];
}
