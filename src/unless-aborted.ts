import { AdsamError } from "./errors.ts";

/**
 * What the work answers, unless the signal fires first; the work itself is not stopped.
 * @throws AdsamError `cancelled` as soon as the signal fires.
 */
export async function unlessAborted<T>(work: PromiseLike<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return work;
  const { promise: aborted, reject } = withReject();
  const abort = () => reject(new AdsamError("cancelled", "cancelled", { cause: signal.reason }));
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function withReject() {
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<never>((_, rejectPromise) => {
    reject = rejectPromise;
  });
  return { promise, reject };
}
