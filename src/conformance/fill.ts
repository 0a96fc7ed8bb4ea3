import type { Backend, Model } from "../backend.ts";
import type { Architecture, ModelSpecInput } from "../schema/models.ts";
import type { TensorInfo } from "../schema/results.ts";
import { elementCount, type NamedTensors, type Tensor, tensor } from "../tensor.ts";
import { wave } from "../wave.ts";
import type { ReplaySettings } from "./expectations.ts";
import { perturbed } from "./perturb.ts";

/** Numbers that are sent in one piece: 32 MB of float64. */
const pieceLength = 4_000_000;

/** offset + scale * wave(k), float64. */
export function waveTensor(k: number, shape: readonly number[], { scale = 1, offset = 0 } = {}): Tensor<"float64"> {
  const values = wave(k, elementCount(shape));
  return tensor(
    values.map((value) => offset + scale * value),
    shape,
  );
}

/** The k-th parameter by REFERENCE "golden/", which tells its kind by its name and shape. */
function parameterTensor({ name, shape }: TensorInfo, k: number, sigmaFill: number): Tensor<"float64"> {
  const kind = name.slice(name.lastIndexOf(".") + 1);
  if (kind.startsWith("sigma_")) return waveTensor(k, shape, { scale: 0.1, offset: sigmaFill });
  if (kind.endsWith("bias")) return waveTensor(k, shape, { scale: 0.1 });
  if (shape.length === 1) return waveTensor(k, shape, { scale: 0.1, offset: 1 });
  const fanIn = elementCount(shape.slice(1));
  return waveTensor(k, shape, { scale: Math.sqrt(2 / fanIn) });
}

/** Every parameter by its formula and every stored eps 0, in the order of the checkpoint. */
export function* formulaTensors(
  tensors: readonly TensorInfo[],
  sigmaFill: number,
): Generator<[string, Tensor<"float64">]> {
  let k = 0;
  for (const info of tensors) {
    if (info.parameter) yield [info.name, parameterTensor(info, k++, sigmaFill)];
    else if (isStoredEps(info)) yield [info.name, tensor(new Float64Array(elementCount(info.shape)), info.shape)];
  }
}

export function isStoredEps({ name, parameter }: TensorInfo): boolean {
  return !parameter && /(^|\.)eps_(weight|bias)$/.test(name);
}

/** The tensors as the settings want them: those given, or their neighbours. */
function asSet(tensors: NamedTensors, { perturbation }: ReplaySettings): NamedTensors {
  return perturbation === undefined ? tensors : perturbed(tensors, perturbation);
}

/** The same of one input. */
export function moved(input: Tensor, settings: ReplaySettings): Tensor {
  return asSet({ input }, settings).input ?? input;
}

/** Sets every parameter by its formula and every stored eps to 0, a piece at a time so that no large model is held twice. */
async function fill(model: Model, sigmaFill: number, settings: ReplaySettings): Promise<void> {
  let piece: Record<string, Tensor> = {};
  let length = 0;
  for (const [name, values] of formulaTensors(model.tensors, sigmaFill)) {
    piece[name] = values;
    length += values.data.length;
    if (length < pieceLength) continue;
    await model.write(asSet(piece, settings));
    piece = {};
    length = 0;
  }
  if (length > 0) await model.write(asSet(piece, settings));
}

/**
 * Hands a new model, filled by the formulas, to `use`, and disposes of it afterwards.
 * @param sigmaFill what log sigma varies around; of no effect in a plain network.
 */
export async function withFilledModel<T>(
  backend: Backend,
  spec: ModelSpecInput,
  sigmaFill: number,
  settings: ReplaySettings,
  use: (model: Model) => Promise<T>,
): Promise<T> {
  const model = await backend.model({ ...spec, dtype: settings.dtype ?? "float64" });
  try {
    await fill(model, sigmaFill, settings);
    return await use(model);
  } finally {
    await model.dispose();
  }
}

interface NetworkFields {
  readonly model: Architecture;
  readonly classes: number;
  readonly bayesian: boolean;
  readonly sigma_0: number | null;
}

/** The network that a record names; a plain one has no prior. */
export function networkSpec({ model, classes, bayesian, sigma_0 }: NetworkFields): ModelSpecInput {
  return { kind: model, classes, bayesian, ...(sigma_0 === null ? {} : { priorSigma: sigma_0 }) };
}

/** Images of batch j: [batch, 3, image, image]. */
export function batchImages(j: number, batch: number, image: number): Tensor<"float64"> {
  return waveTensor(1000 + j, [batch, 3, image, image]);
}

/** Labels of batch j: y[i] = (7 i + 3 j + 1) mod classes. */
export function batchLabels(j: number, batch: number, classes: number): Tensor<"int64"> {
  return tensor(BigInt64Array.from({ length: batch }, (_, i) => BigInt((7 * i + 3 * j + 1) % classes)));
}
