import type { Figure, Unmeasured } from "./figure.ts";
import type { Effort } from "./setting.ts";
import type { SuiteName } from "./suites/index.ts";

/** Where it was measured; nothing here names a file or a person. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly platform: string;
  /** Of torch. */
  readonly device: string;
  readonly deviceName: string;
  /** Of torch, on the CPU. */
  readonly threads: number;
}

export interface SuiteReport {
  readonly name: SuiteName;
  readonly about: string;
  /** That measuring took. */
  readonly seconds: number;
  readonly figures: readonly Figure[];
  readonly unmeasured: readonly Unmeasured[];
  /** Of an error that ended the suite early. */
  readonly failure: string | null;
}

/** What `adsam bench --json` prints. */
export interface BenchReport {
  readonly format: 1;
  /** When it began, ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  /** Of everything that took part, by name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly effort: Effort;
  readonly suites: readonly SuiteReport[];
  /** Of the whole; each suite has its own besides. */
  readonly unmeasured: readonly Unmeasured[];
}
