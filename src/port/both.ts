import type { Comparison } from "../conformance/comparison.ts";
import type { Side } from "../conformance/pairs/implementation.ts";
import { rounded } from "../conformance/pairs/inputs.ts";
import { judgeFunctions } from "../conformance/pairs/judge.ts";
import { AdsamError } from "../errors.ts";
import type { PythonObject } from "../interop/handle.ts";
import type { NamedTensors, Tensor } from "../tensor.ts";
import type { Native } from "./native.ts";
import { nameOf, type Parts } from "./structure.ts";

/** A call of Python's: its arguments, those of which gradients are wanted, and how it is made again. */
export interface Call {
  readonly given: Parts;
  readonly wanted: readonly number[];
  /** The arguments that it has written to. */
  readonly changed: readonly string[];
  readonly again: PythonObject;
}

/**
 * Holds the native function against Python's in one call, by the tolerances of pairs: gradients too where they are wanted.
 * @throws AdsamError `departed` where they part.
 */
export async function compareCall(target: string, native: Native, call: Call): Promise<void> {
  const { given, wanted, changed, again } = call;
  const names = given.paths.map(nameOf);
  if (changed.length > 0) {
    throw new AdsamError(
      "departed",
      `${target}: Python changes ${changed.join(", ")} in place, a native function nothing`,
      {
        suggestion: "return the new numbers, and assign them where it is called",
      },
    );
  }
  const listed = (inputs: NamedTensors) => names.flatMap((name): Tensor[] => (inputs[name] ? [inputs[name]] : []));
  const python = (dtype: "float32" | "float64"): Side => ({
    name: "Python",
    compute: (inputs) => again.call<NamedTensors>(dtype, listed(inputs), wanted),
  });
  const judged: Side = {
    name: "the native function",
    compute: (inputs) => native.named({ ...given, tensors: listed(inputs) }, wanted),
  };
  const inputs = Object.fromEntries(names.map((name, i) => [name, given.tensors[i]] as const));
  const floats = Object.fromEntries(
    Object.entries(inputs).flatMap(([name, one]) => (one === undefined ? [] : [[name, rounded(one)]])),
  );
  const comparisons = await judgeFunctions(
    { judged, single: python("float32"), double: python("float64") },
    floats,
    undefined,
  );
  const departures = comparisons.filter(({ message }) => message !== undefined);
  if (departures.length > 0) throw departed(target, departures);
}

function departed(target: string, departures: readonly Comparison[]): AdsamError {
  const [first] = departures;
  const more = departures.length > 1 ? `, and ${departures.length - 1} more` : "";
  return new AdsamError("departed", `${target}: ${first?.message}${more}`, {
    suggestion: "mend the native function, or patch as shadow meanwhile",
  });
}
