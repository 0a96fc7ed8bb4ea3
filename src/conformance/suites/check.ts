import type { Cancellable } from "../../backend.ts";
import type { Comparison } from "../comparison.ts";
import type { Parties } from "../pairs/implementation.ts";
import { judgePair } from "../pairs/judge.ts";
import type { Pair } from "../pairs/pair.ts";

/** One thing in which two implementations must agree. */
export interface Check {
  readonly suite: string;
  readonly id: string;
  run(parties: Parties, options: Cancellable): Promise<Comparison[]>;
  /** What the numbers say beside passed and failed. */
  readonly note?: (comparisons: readonly Comparison[]) => string;
}

/** A check for each case of a pair. */
export function pairChecks(suite: string, pair: Pair): Check[] {
  return pair.cases.map((one) => ({
    suite,
    id: one.id === "" ? pair.name : `${pair.name}-${one.id}`,
    run: (parties, options) => judgePair(pair, one, parties, options),
  }));
}
