import type { Gradients, Model } from "../../backend.ts";
import type { NamedTensors } from "../../tensor.ts";
import { layerBuffers, waveTensor } from "../formulas.ts";
import { given } from "../named.ts";
import { numbers } from "../numbers.ts";
import { isStatistic, isStoredEps } from "../roles.ts";
import { type Answers, type AskOptions, expectedFields, type GoldenCase, type Value } from "./case.ts";
import type { LayerRecord } from "./format.ts";

/** How what a layer gives is compared. */
const kinds = {
  out_shape: "exact",
  out: "numbers",
  kl: "numbers",
  grad_x: "numbers",
  grads: "numbers",
  running_mean: "numbers",
  running_var: "numbers",
  num_batches_tracked: "exact",
} as const;

/** A layer on its own: output, KL divergence, and the gradients of  sum(out * wave(400)) + kl. */
export function layerCase(record: LayerRecord): GoldenCase {
  return {
    suite: "layers",
    id: record.id,
    expectations: expectedFields(record, kinds),
    spec: record.spec,
    sigmaFill: record.sigma_fill,
    inputs: () => ({ x: waveTensor(1000, record.x_shape) }),
    ask: (model, inputs, options) => ask(model, inputs, record, options),
  };
}

async function ask(
  model: Model,
  inputs: NamedTensors,
  { train, sample, fix, out_shape }: LayerRecord,
  { signal }: AskOptions,
): Promise<Answers> {
  // In eval mode the running statistics count too.
  await model.write(layerBuffers(train ? model.tensors.filter(isStoredEps) : model.tensors));
  const gradients = await model.gradients(given(inputs, "x"), waveTensor(400, out_shape), {
    objective: "projection",
    train,
    weights: weightsOf(sample, fix),
    noise: { kind: "wave", next: 0 },
    signal,
  });
  const statistics = model.tensors.filter(isStatistic).map(({ name }) => name);
  return named(gradients, statistics.length > 0 ? await model.read(statistics) : {});
}

function weightsOf(sample: boolean, fix: boolean): "mean" | "stored" | "fresh" {
  if (!sample) return "mean";
  return fix ? "stored" : "fresh";
}

function named({ output, kl, input, parameters }: Gradients, statistics: NamedTensors): Answers {
  return new Map<string, ArrayLike<Value>>([
    ["out_shape", output.shape],
    ["out", numbers(output)],
    ["kl", [kl ?? 0]], // without weights there is nothing that departs from the prior
    ["grad_x", numbers(input)],
    ...Object.entries(parameters).map(([name, gradient]) => [`grads.${name}`, numbers(gradient)] as const),
    ...Object.entries(statistics).map(([name, statistic]) => [name, numbers(statistic)] as const),
  ]);
}
