import type { NamedTensors } from "../../tensor.ts";
import { numbers } from "../numbers.ts";

import { largest } from "./difference.ts";
import { named, type Sides } from "./sides.ts";

/** What a forward in train mode moves. */
export function isStatistic(name: string): boolean {
  return /(^|\.)(running_mean|running_var|num_batches_tracked)$/.test(name);
}

/**
 * A buffer before and after. A running mean is what is left of terms as large as the standard deviation, and its error is theirs.
 */
export function statistic(before: NamedTensors, after: Sides<NamedTensors>, name: string) {
  const variance = name.endsWith("running_mean") ? after.right[name.replace(/mean$/, "var")] : undefined;
  const scale = variance === undefined ? 0 : Math.sqrt(largest(numbers(variance)));
  return { ...named(after, name), before: before[name], scale };
}
