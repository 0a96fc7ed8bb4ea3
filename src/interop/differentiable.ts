import { AdsamError } from "../errors.ts";
import { kindOf, type NamedTensors } from "../tensor.ts";

/** @throws AdsamError `usage` for a name that is no input's, and an input whose numbers have no derivative. */
export function checkDifferentiable(inputs: NamedTensors, names: readonly string[]): void {
  for (const name of names) {
    const input = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (input === undefined) {
      const known = Object.keys(inputs).join(", ") || "none";
      throw new AdsamError("usage", `differentiate: expected names of inputs (${known}), got ${name}`);
    }
    const kind = kindOf(input.dtype);
    if (kind === "real" || kind === "complex") continue;
    throw new AdsamError(
      "usage",
      `differentiate: expected inputs of real or complex numbers, got ${name} of ${input.dtype}`,
    );
  }
}
