import { AdsamError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";

/**
 * Labels [N] (uint8 or int64) as numbers, each below `classes`.
 * @param what names the labels in messages.
 * @throws AdsamError `data` for another shape or dtype, and for the first label that is no class.
 */
export function classIndices(labels: Tensor, classes: number, what = "labels"): number[] {
  if (labels.shape.length !== 1) throw new AdsamError("data", `${what}: expected shape [N], got [${labels.shape}]`);
  if (labels.dtype !== "uint8" && labels.dtype !== "int64") {
    throw new AdsamError("data", `${what}: expected uint8 or int64, got ${labels.dtype}`);
  }
  const indices = Array.from<number | bigint, number>(labels.data, Number);
  const bad = indices.findIndex((label) => label < 0 || label >= classes);
  if (bad >= 0) {
    throw new AdsamError("data", `${what}: label ${bad} is ${indices[bad]}, expected 0 to ${classes - 1}`);
  }
  return indices;
}
