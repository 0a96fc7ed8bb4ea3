import type { Cancellable } from "../../backend.ts";
import type { Comparison } from "../comparison.ts";
import type { Parties } from "../pairs/implementation.ts";
import { judgePair } from "../pairs/judge.ts";
import type { BackendPair } from "../pairs/pair.ts";
import type { CaseReport } from "../reports/report.ts";

/** One thing in which two implementations must agree. */
export interface Check {
  readonly suite: string;
  readonly id: string;
  /** The comparisons, or a verdict that says more. */
  run(parties: Parties, options: Cancellable): Promise<Comparison[] | CaseReport>;
  /** What comparisons say beside passed and failed. */
  readonly note?: (comparisons: readonly Comparison[]) => string;
}

/** A check for each case of a pair. */
export function pairChecks(suite: string, pair: BackendPair): Check[] {
  return pair.cases.map((one) => ({
    suite,
    id: one.id === "" ? pair.name : `${pair.name}-${one.id}`,
    run: (parties, options) => judgePair(pair, one, parties, options),
  }));
}
