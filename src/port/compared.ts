import { type Comparison, failed } from "../conformance/comparison.ts";
import { elementName } from "../conformance/numbers.ts";
import { structuralDifference } from "../conformance/pairs/structure.ts";
import { type Distance, derive, measure } from "../conformance/tolerance.ts";
import { numbers } from "../tensor/numbers.ts";
import { kindOf, type NamedTensors, type Tensor, tensor } from "../tensor.ts";

/** An output of the native function's against Python's. */
export function compared(
  name: string,
  control: NamedTensors,
  candidate: NamedTensors,
  noise: Distance | undefined,
): Comparison {
  const [theirs, ours] = [control[name], candidate[name]];
  if (theirs === undefined || ours === undefined) {
    const lacking = ours === undefined ? "the native function" : "Python";
    return failed({ kind: "missing", tensor: name, message: `${name}: ${lacking} gives no such tensor or number` });
  }
  // TensorFlow.js has one float alone: what Python gives in another is compared by its numbers.
  const real = kindOf(ours.dtype) === "real" && kindOf(theirs.dtype) === "real";
  const [one, other] = real ? [plain(ours), plain(theirs)] : [ours, theirs];
  const difference = structuralDifference(name, one, other, ["the native function", "Python"]);
  if (difference !== undefined) return failed(difference);
  const kind = kindOf(theirs.dtype);
  const exact = kind === "integer" || kind === "bool";
  const allowed = exact ? { max: 0, norm: 0 } : derive(noise === undefined ? [] : [noise], 1);
  const { max, norm, maxAbs, worst } = measure(ours, theirs);
  const comparison = {
    tensor: name,
    maxAbs,
    maxRel: max,
    tolerance: allowed.max,
    normRel: norm,
    normTolerance: allowed.norm,
  };
  if (max <= allowed.max && norm <= allowed.norm) return comparison;
  const message =
    `${elementName(name, theirs, worst)}: the native function gives ${numbers(ours)[worst]}, Python ${numbers(theirs)[worst]} ` +
    `(relative error ${max.toExponential(1)}, at most ${allowed.max.toExponential(1)})`;
  return { ...comparison, kind: "numbers", message };
}

function plain(one: Tensor): Tensor {
  return tensor(Float64Array.from(numbers(one)), one.shape);
}
