import { AdsamError } from "../../errors.ts";
import type { CheckedProveOptions } from "./options.ts";
import type { Precision, Ran } from "./python-subject.ts";

/** What a port is judged by. */
export interface Truth {
  readonly precision: Precision;
  readonly truth: Ran;
  /** What is to be said of it; undefined where it is plain float64. */
  readonly note?: string;
}

/**
 * A run that others are judged by: in float64 where the code takes it; otherwise with the casts to float32 that the code itself
 * makes widened; otherwise float32's own, of which runs on inputs one ulp away show the rounding.
 * @throws AdsamError `usage` where float64 is insisted on, and the code does not take it.
 */
export async function exactRun(
  dtype: CheckedProveOptions["dtype"],
  single: Ran,
  run: (precision: Precision) => Promise<Ran>,
): Promise<Truth> {
  if (dtype === "float32") return { precision: "float32", truth: single, note: "judged by float32, as asked" };
  const plain = await attempt(run, "float64", single);
  if ("truth" in plain && !isNarrow(plain.truth)) return plain;
  const widened = await attempt(run, "widened", single);
  const reason = "reason" in plain ? `float64 is refused (${plain.reason})` : "the code casts to float32";
  if ("truth" in widened) return { ...widened, note: `${reason}: judged by float64 with its casts widened` };
  if ("truth" in plain) return { ...plain, note: `${reason}: judged by float64 as far as the code has it` };
  if (dtype === "float64") throw new AdsamError("usage", `dtype: expected code that takes float64: ${plain.reason}`);
  return { precision: "float32", truth: single, note: `${reason}: judged by float32` };
}

async function attempt(
  run: (precision: Precision) => Promise<Ran>,
  precision: Precision,
  single: Ran,
): Promise<Truth | { readonly reason: string }> {
  try {
    const truth = await run(precision);
    const names = ({ outputs }: Ran) => Object.keys(outputs).join();
    return names(truth) === names(single) ? { precision, truth } : { reason: "it then gives other outputs" };
  } catch (error) {
    if (error instanceof AdsamError && error.code === "python") return { reason: error.message.split("\n")[0] ?? "" };
    throw error;
  }
}

/** Whether numbers have come out of float64 as float32. */
function isNarrow({ outputs, gradients }: Ran): boolean {
  return [...Object.values(outputs), ...Object.values(gradients)].some(({ dtype }) => dtype === "float32");
}
