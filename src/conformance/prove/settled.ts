import { AdsamError } from "../../errors.ts";

/**
 * What a port gives, or its promise does.
 * @param patience how long a promise is waited for, in milliseconds.
 * @throws AdsamError `usage` for a promise that takes longer, or that nothing can settle any more: Node would end without a word of it.
 */
export async function settled(given: unknown, patience: number): Promise<unknown> {
  if (!isPromise(given)) return given;
  let giveUp = () => {};
  const idle = new Promise<never>((_, reject) => {
    giveUp = () =>
      reject(new AdsamError("usage", "its promise is never settled: there is nothing left that could do so"));
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = () =>
      new AdsamError("usage", `its promise is not settled after ${patience} ms`, {
        suggestion: "mend the port, or wait longer: patience, in milliseconds",
      });
    timer = setTimeout(() => reject(error()), patience).unref(); // what nothing can settle is told at once
  });
  process.once("beforeExit", giveUp);
  try {
    return await Promise.race([given, idle, late]);
  } finally {
    clearTimeout(timer);
    process.off("beforeExit", giveUp);
  }
}

/** Whether something has to be waited for. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
