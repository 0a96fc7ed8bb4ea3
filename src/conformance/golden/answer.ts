import type { Backend, Model } from "../../backend.ts";
import type { NamedTensors, Tensor } from "../../tensor.ts";
import { formulaTensors } from "../formulas.ts";
import { perturbed } from "../perturb.ts";
import type { Answers, AskOptions, GoldenCase } from "./case.ts";

export interface AnswerSettings extends AskOptions {
  /** What the backend computes in; float64, as the records were made, unless told otherwise. */
  readonly dtype?: "float32" | "float64";
  /** Moves every parameter and input by one float32 ulp, with signs from this seed. */
  readonly perturbation?: number;
}

/** What a backend answers to a case, through a model of its own that is disposed of afterwards. */
export async function answer(
  { spec, sigmaFill, inputs, ask }: GoldenCase,
  backend: Backend,
  { dtype = "float64", perturbation, ...options }: AnswerSettings = {},
): Promise<Answers> {
  const place = (tensors: NamedTensors) => (perturbation === undefined ? tensors : perturbed(tensors, perturbation));
  const model = await backend.model({ ...spec, dtype });
  try {
    for (const piece of pieces(model, sigmaFill)) await model.write(place(piece));
    return await ask(model, place(inputs()), options);
  } finally {
    await model.dispose();
  }
}

/** Numbers that are sent in one piece: 32 MB of float64. */
const pieceLength = 4_000_000;

/** Every parameter by its formula and every stored eps 0, in pieces so that no large model is held twice. */
function* pieces(model: Model, sigmaFill: number): Generator<NamedTensors> {
  let piece: Record<string, Tensor> = {};
  let length = 0;
  for (const [name, values] of formulaTensors(model.tensors, sigmaFill)) {
    piece[name] = values;
    length += values.data.length;
    if (length < pieceLength) continue;
    yield piece;
    piece = {};
    length = 0;
  }
  if (length > 0) yield piece;
}
