import type { Backend, Model } from "../../backend.ts";
import type { ModelSpecInput } from "../../schema/models.ts";
import type { TensorInfo } from "../../schema/tensors.ts";
import type { NamedTensors } from "../../tensor.ts";
import { formulaTensors } from "../formulas.ts";
import { under } from "../named.ts";
import type { ComputeOptions, InputSources } from "../pairs/pair.ts";
import { isStatistic } from "../roles.ts";
import { modelByTorchKernels } from "../torch-kernels.ts";

const prefix = "model.";

/** The parameters and stored eps of a model, by the formulas of the golden files, as inputs of a pair. */
export async function modelInputs(reference: Backend, spec: ModelSpecInput, sigmaFill = -3): Promise<InputSources> {
  return ofModel(Object.fromEntries(formulaTensors(await tensorsOf(reference, spec), sigmaFill)));
}

/** What a model of the specification is made of. */
export async function tensorsOf(reference: Backend, spec: ModelSpecInput): Promise<readonly TensorInfo[]> {
  const model = await reference.model(spec);
  await model.dispose();
  return model.tensors;
}

/** A model's tensors as inputs of a pair. */
export function ofModel(tensors: NamedTensors): InputSources {
  return Object.fromEntries(Object.entries(tensors).map(([name, values]) => [prefix + name, { values }]));
}

/** Hands `use` a new model that holds the inputs named for it, and disposes of it afterwards. */
export async function withModel<T>(
  backend: Backend,
  spec: ModelSpecInput,
  inputs: NamedTensors,
  { dtype }: Pick<ComputeOptions, "dtype">,
  use: (model: Model) => Promise<T>,
): Promise<T> {
  const model = await modelByTorchKernels(backend, { ...spec, dtype });
  try {
    const own = Object.entries(inputs).filter(([name]) => name.startsWith(prefix));
    await model.write(Object.fromEntries(own.map(([name, values]) => [name.slice(prefix.length), values])));
    return await use(model);
  } finally {
    await model.dispose();
  }
}

/** The running statistics and their counts as the model holds them, under `running.`. */
export async function runningStatistics(model: Model): Promise<NamedTensors> {
  const names = model.tensors.filter(isStatistic).map(({ name }) => name);
  return names.length === 0 ? {} : under("running.", await model.read(names));
}
