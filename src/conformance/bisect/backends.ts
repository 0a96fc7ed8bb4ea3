import type { Backend, Model } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import { architectures } from "../../schema/architectures.ts";
import { type ModelSpec, type ModelSpecInput, modelSpec } from "../../schema/models.ts";
import type { TensorInfo } from "../../schema/tensors.ts";
import { elementCount, type NamedTensors, type Tensor, tensor } from "../../tensor.ts";
import { validate } from "../../validation.ts";
import { batchLabels, formulaTensors, waveTensor } from "../formulas.ts";
import { gaussian } from "../random.ts";
import { modelByTorchKernels } from "../torch-kernels.ts";
import { type Bisection, type BisectOptions, bisect } from "./bisect.ts";

/** How many inputs are tried before gradients are said to depart: at a kink (relu, max pool) rounding alone can turn one. */
const attempts = 3;

/** Small, so that few numbers are near a kink. */
const images = 4;
const smallSide = 8;

function inputShape(spec: ModelSpec): number[] {
  switch (spec.kind) {
    case "conv2d":
      return [images, spec.inChannels, smallSide, smallSide];
    case "batchnorm2d":
      return [images, spec.features, smallSide, smallSide];
    case "linear":
      return [images, spec.inFeatures];
    default: {
      const { channels, side } = architectures[spec.kind];
      return [images, channels, side ?? smallSide, side ?? smallSide];
    }
  }
}

function float32({ data, shape }: Tensor<"float64">): Tensor {
  return tensor(Float32Array.from(data), shape);
}

function normal(seed: number, shape: readonly number[], scale = 1): Tensor {
  return tensor(
    Float32Array.from(gaussian(seed, elementCount(shape)), (value) => scale * value),
    shape,
  );
}

/**
 * Kernels and stored noise from seeds, so that sums over channels do not add up in step as those of waves do, and their
 * rounding stays that of independent terms; the rest by the formulas of docs/golden-format.md. In numbers that every dtype holds.
 */
function filling(tensors: readonly TensorInfo[], logSigma: number): NamedTensors {
  const roles = new Map(tensors.map(({ name, role }) => [name, role]));
  const parameters = [...formulaTensors(tensors, logSigma)].map(([name, values], k): [string, Tensor] => {
    const { shape } = values;
    const role = roles.get(name);
    if (role === "noise") return [name, normal(k, shape)];
    const kernel = shape.length > 1 && role !== "logSigma";
    return [name, kernel ? normal(k, shape, Math.sqrt(2 / elementCount(shape.slice(1)))) : float32(values)];
  });
  return Object.fromEntries(parameters);
}

/** Labels for a network, a direction shaped as the output for a layer. */
async function targetFor(model: Model, input: Tensor): Promise<Tensor> {
  if ("classes" in model.spec) return batchLabels(0, images, model.spec.classes);
  const { output } = await model.forward(input);
  return float32(waveTensor(400, output.shape));
}

async function tryInputs(
  left: Model,
  right: Model,
  yardstick: Model | undefined,
  options: Pick<BisectOptions, "signal" | "training">,
): Promise<Bisection> {
  const attempt = async (k: number) => {
    const input = normal(1000 + k, inputShape(right.spec));
    return bisect(left, right, input, await targetFor(right, input), { ...options, yardstick });
  };
  const first = await attempt(0);
  if (first.departure?.quantity !== "gradient") return first;
  for (let k = 1; k < attempts; k++) {
    const other = await attempt(k);
    if (other.departure?.quantity !== "gradient") return other;
  }
  return first;
}

/** What is chosen here cannot be asked for. */
function refuseChosen(spec: ModelSpecInput): void {
  for (const [field, why] of [
    ["dtype", "the candidate computes in float32, and the reference in float64"],
    ["seed", "weights and inputs are the same each time"],
  ] as const) {
    if (spec[field] !== undefined) throw new AdsamError("usage", `bisect: ${field} cannot be given: ${why}`);
  }
}

/**
 * Finds where a model of one backend parts from the same model of another, both filled with the same numbers.
 * `right` is taken to be right: it computes in float64 where it can, and in float32 besides to show what rounding does.
 * @param spec of a network or a single layer; `dtype` and `seed` are chosen here.
 * @throws AdsamError `usage` for a spec that is wrong, and whatever a backend refuses.
 */
export async function bisectBackends(
  left: Backend,
  right: Backend,
  spec: ModelSpecInput,
  options: Pick<BisectOptions, "signal" | "training"> = {},
): Promise<Bisection> {
  const whole = validate(modelSpec, { initLogSigma: -3, ...spec }, "bisect");
  refuseChosen(spec);
  const precise = (await right.info()).dtypes.includes("float64");
  const models: Model[] = [];
  let filled: NamedTensors | undefined;
  const make = async (backend: Backend, dtype: "float32" | "float64") => {
    const model = await modelByTorchKernels(backend, { ...whole, dtype });
    models.push(model);
    filled ??= filling(model.tensors, whole.initLogSigma);
    await model.write(filled);
    return model;
  };
  try {
    const yardstick = precise ? await make(right, "float32") : undefined;
    const exact = await make(right, precise ? "float64" : "float32");
    return await tryInputs(await make(left, "float32"), exact, yardstick, options);
  } finally {
    for (const model of models) await model.dispose();
  }
}
