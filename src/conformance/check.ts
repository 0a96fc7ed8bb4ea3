import type { Cancellable } from "../backend.ts";
import type { Comparison } from "./compare.ts";
import { judgeTwin } from "./judge-twin.ts";
import type { Parties } from "./sides.ts";
import type { Twin } from "./twin.ts";

/** One thing in which two implementations must agree. */
export interface Check {
  readonly suite: string;
  readonly id: string;
  run(parties: Parties, options: Cancellable): Promise<Comparison[]>;
  /** What the numbers say beside passed and failed. */
  readonly note?: (comparisons: readonly Comparison[]) => string;
}

/** A check for each case of a twin. */
export function twinChecks(suite: string, twin: Twin): Check[] {
  return twin.cases.map((one) => ({
    suite,
    id: one.id === "" ? twin.name : `${twin.name}-${one.id}`,
    run: (parties, options) => judgeTwin(twin, one, parties, options),
  }));
}
