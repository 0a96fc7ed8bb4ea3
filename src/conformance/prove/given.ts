import { array, pythonType } from "../../interop/kinds.ts";
import { nameOf, type Parts, rebuilt, tensorsApart } from "../../port/structure.ts";
import type { NamedTensors, Tensor } from "../../tensor.ts";
import { rounded } from "../pairs/inputs.ts";

/** Arguments by name: tensors, also in lists and objects, and whatever else Python takes. */
export type Arguments = Readonly<Record<string, unknown>>;

/** Arguments apart: their tensors by name, such as `x` and `weights.0`, and what holds them. */
export interface Given {
  readonly parts: Parts;
  readonly names: readonly string[];
  readonly tensors: NamedTensors;
}

/** Arguments with their real numbers rounded to float32, so that every side starts from the same ones. */
export function givenOf(values: Arguments): Given {
  const parts = tensorsApart(values);
  const names = parts.paths.map(nameOf);
  const tensors = Object.fromEntries(
    names.map((name, i): [string, Tensor] => [name, rounded(parts.tensors[i] as Tensor)]),
  );
  return { parts, names, tensors };
}

/** The arguments with other numbers. */
export function argumentsWith({ parts, names }: Given, inputs: NamedTensors): Arguments {
  return rebuilt(
    parts,
    names.map((name, i) => {
      const [given, now] = [parts.tensors[i], inputs[name]];
      return given && now && pythonType(given) === "numpy.ndarray" ? array(now) : now;
    }),
  ) as Arguments;
}
