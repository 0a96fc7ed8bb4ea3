import type { Backend, Model } from "../../backend.ts";
import type { Architecture } from "../../schema/architectures.ts";
import type { ModelSpecInput } from "../../schema/models.ts";
import type { NamedTensors, Tensor } from "../../tensor.ts";
import { formulaTensors } from "../formulas.ts";
import { perturbed } from "../perturb.ts";
import type { ReplaySettings } from "./case.ts";

/** Numbers that are sent in one piece: 32 MB of float64. */
const pieceLength = 4_000_000;

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
