import { type NamedTensors, type Tensor, tensor } from "../tensor.ts";

/** The tensor of a name that is there by construction. */
export function given(tensors: NamedTensors, name: string): Tensor {
  const found = tensors[name];
  if (found === undefined) throw new Error(`expected a tensor ${name}, got ${Object.keys(tensors).join(", ")}`);
  return found;
}

export function under(prefix: string, tensors: NamedTensors): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, values]) => [prefix + name, values]));
}

/** A number as a tensor without axes. */
export function scalar(value: number): Tensor<"float64"> {
  return tensor(Float64Array.of(value), []);
}
