import { isRunningStatistic, type TensorInfo } from "../schema/tensors.ts";

/** Whether a tensor is noise that forwards with stored weights use. */
export function isStoredEps({ role }: Pick<TensorInfo, "role">): boolean {
  return role === "noise";
}

/** Whether a tensor is what a forward in train mode moves: running statistics, and the count of batches that are in them. */
export function isStatistic(info: Pick<TensorInfo, "role">): boolean {
  return isRunningStatistic(info) || info.role === "batchesTracked";
}
