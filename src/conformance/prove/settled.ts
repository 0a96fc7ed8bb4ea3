import { AdsamError } from "../../errors.ts";

/**
 * What a port gives, or its promise does.
 * @throws AdsamError `usage` for a promise that nothing can settle any more: Node would end without a word of it.
 */
export async function settled(given: unknown): Promise<unknown> {
  let giveUp = () => {};
  const idle = new Promise<never>((_, reject) => {
    giveUp = () =>
      reject(new AdsamError("usage", "its promise is never settled: there is nothing left that could do so"));
  });
  process.once("beforeExit", giveUp);
  try {
    return await Promise.race([given, idle]);
  } finally {
    process.off("beforeExit", giveUp);
  }
}
