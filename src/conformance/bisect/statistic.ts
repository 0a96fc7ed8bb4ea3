import type { NamedTensors } from "../../tensor.ts";
import { numbers } from "../numbers.ts";
import { largest } from "./difference.ts";
import { infoOf, named, type Sides } from "./sides.ts";

/**
 * A buffer of the models before and after. A running mean is what is left of terms as large as the standard deviation, and its
 * error is theirs.
 */
export function statistic(sides: Sides, before: NamedTensors, after: Sides<NamedTensors>, name: string) {
  const variance = after.right[varianceBeside(sides, name) ?? ""];
  const scale = variance === undefined ? 0 : Math.sqrt(largest(numbers(variance)));
  return { ...named(after, name), before: before[name], scale };
}

/** The running variance of the layer whose running mean is named. */
function varianceBeside(sides: Sides, name: string): string | undefined {
  const mean = infoOf(sides, name);
  if (mean?.role !== "runningMean") return undefined;
  return sides.right.tensors.find(({ role, layer }) => role === "runningVariance" && layer === mean.layer)?.name;
}
