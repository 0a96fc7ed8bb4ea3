import type { Backend, Gradients, Model } from "../../backend.ts";
import type { NamedTensors, Tensor } from "../../tensor.ts";
import { waveTensor } from "../formulas.ts";
import { numbers } from "../numbers.ts";
import { type Answers, expected, expectedEach, type GoldenCase, type ReplaySettings, type Value } from "./case.ts";
import { moved, withFilledModel } from "./filled-model.ts";
import type { LayerRecord } from "./format.ts";

type Formula = Parameters<typeof waveTensor>[2];

/** Buffers that a layer's case starts from, each with the number of its wave; in eval mode the running statistics too. */
const storedEps: Readonly<Record<string, [number, Formula]>> = {
  eps_weight: [200, { scale: Math.SQRT2 }],
  eps_bias: [201, { scale: Math.SQRT2 }],
};
const runningStatistics: Readonly<Record<string, [number, Formula]>> = {
  running_mean: [300, { scale: 0.3 }],
  running_var: [301, { scale: 0.5, offset: 1 }],
};
const buffersAfter = ["running_mean", "running_var", "num_batches_tracked"];

async function prepare(model: Model, train: boolean): Promise<void> {
  const formulas = train ? storedEps : { ...storedEps, ...runningStatistics };
  const buffers: Record<string, Tensor> = {};
  for (const { name, shape } of model.tensors) {
    const formula = formulas[name];
    if (formula !== undefined) buffers[name] = waveTensor(formula[0], shape, formula[1]);
  }
  if (Object.keys(buffers).length > 0) await model.write(buffers);
}

function weightsOf({ sample, fix }: LayerRecord): "mean" | "stored" | "fresh" {
  if (!sample) return "mean";
  return fix ? "stored" : "fresh";
}

function toAnswers({ output, kl, input, parameters }: Gradients, buffers: NamedTensors): Answers {
  const answers = new Map<string, ArrayLike<Value>>([
    ["out_shape", output.shape],
    ["out", numbers(output)],
    ["grad_x", numbers(input)],
  ]);
  answers.set("kl", [kl ?? 0]); // without weights there is nothing that departs from the prior
  for (const [name, gradient] of Object.entries(parameters)) answers.set(`grads.${name}`, numbers(gradient));
  for (const [name, buffer] of Object.entries(buffers)) answers.set(name, numbers(buffer));
  return answers;
}

function replay(record: LayerRecord, backend: Backend, settings: ReplaySettings): Promise<Answers> {
  return withFilledModel(backend, record.spec, record.sigma_fill, settings, async (model) => {
    await prepare(model, record.train);
    const input = moved(waveTensor(1000, record.x_shape), settings);
    const direction = waveTensor(400, record.out_shape);
    const gradients = await model.gradients(input, direction, {
      objective: "projection",
      train: record.train,
      weights: weightsOf(record),
      noise: { kind: "wave", next: 0 },
      signal: settings.signal,
    });
    const present = buffersAfter.filter((name) => model.tensors.some((info) => info.name === name));
    return toAnswers(gradients, present.length > 0 ? await model.read(present) : {});
  });
}

/** A layer on its own: output, KL divergence, and the gradients of  sum(out * wave(400)) + kl. */
export function layerCase(record: LayerRecord): GoldenCase {
  return {
    suite: "layers",
    id: record.id,
    expectations: [
      ...expected("exact", "out_shape", record.out_shape),
      ...expected("numbers", "out", record.out),
      ...expected("numbers", "kl", record.kl),
      ...expected("numbers", "grad_x", record.grad_x),
      ...expectedEach("numbers", "grads", record.grads),
      ...expected("numbers", "running_mean", record.running_mean),
      ...expected("numbers", "running_var", record.running_var),
      ...expected("exact", "num_batches_tracked", record.num_batches_tracked),
    ],
    replay: (backend, settings) => replay(record, backend, settings),
  };
}
