import { follow } from "../../installation/program.ts";
import { pythonVariables } from "./variables.ts";

/**
 * Has the Python package compile its kernels for this processor, which otherwise the first training waits for (7 s).
 * Without them training works too, by torch's own.
 * @returns one line on why they cannot be had; null when they are there.
 */
export function compileKernels(python: string): Promise<string | null> {
  return reasonAgainst(python, []);
}

/** One line on why the kernels are not compiled; null when they are. Takes as long as importing torch. */
export function inspectKernels(python: string): Promise<string | null> {
  return reasonAgainst(python, ["--look"]);
}

async function reasonAgainst(python: string, flags: readonly string[]): Promise<string | null> {
  const args = ["-m", "adversarial_sampling.native", ...flags];
  const { ok, lines } = await follow(python, args, () => {}, pythonVariables());
  return ok ? null : (lines.at(-1) ?? "no reason given");
}
