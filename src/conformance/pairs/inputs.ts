import type { Backend } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import { readSafetensors } from "../../safetensors.ts";
import { elementCount, type NamedTensors, type Tensor, tensor } from "../../tensor.ts";
import { wave } from "../../wave.ts";
import { numbers } from "../numbers.ts";
import { gaussian } from "../random.ts";
import type { InputSource, PairCase } from "./pair.ts";
import { checkInputs } from "./schema.ts";

/**
 * The inputs of a case, every float rounded to float32 and every complex number to complex64.
 * @throws AdsamError `file` or `data` for a safetensors file that is missing, damaged, or lacks the tensor.
 */
export async function prepareInputs({ id, inputs }: PairCase, reference: Backend): Promise<NamedTensors> {
  const sources = typeof inputs === "function" ? checkInputs(await inputs(reference), `case ${id}`) : inputs;
  const prepared: Record<string, Tensor> = {};
  for (const [name, source] of Object.entries(sources)) prepared[name] = rounded(await readSource(source));
  return prepared;
}

/** The numbers of a source, not rounded yet. */
export async function readSource(source: InputSource): Promise<Tensor> {
  if ("values" in source) return source.values;
  if ("file" in source) return fromFile(source.file, source.tensor);
  const { shape, scale = 1, offset = 0 } = source;
  const n = elementCount(shape);
  const values = "wave" in source ? wave(source.wave, n) : gaussian(source.seed, n);
  for (const [i, value] of values.entries()) values[i] = offset + scale * value;
  return tensor(values, shape);
}

async function fromFile(path: string, name: string): Promise<Tensor> {
  const { tensors } = await readSafetensors(path, { code: "data" });
  const found = tensors[name];
  if (found !== undefined) return found;
  throw new AdsamError("data", `${path}: expected a tensor ${name}, the file has ${Object.keys(tensors).join(", ")}`);
}

/** Floats rounded to float32, complex numbers to complex64. */
export function rounded(values: Tensor): Tensor {
  switch (values.dtype) {
    case "float16":
    case "bfloat16":
    case "float64":
      return tensor(new Float32Array(numbers(values)), values.shape);
    case "complex128":
      return tensor(new Float32Array(values.data), values.shape, "complex64");
    default:
      return values;
  }
}
