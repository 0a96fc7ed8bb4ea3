import type { Model } from "../../backend.ts";
import { isParameter, isRunningStatistic } from "../../schema/tensors.ts";
import { elementCount, type NamedTensors } from "../../tensor.ts";
import { digest } from "../../wave.ts";
import { batchImages, batchLabels } from "../formulas.ts";
import { given } from "../named.ts";
import { numbers } from "../numbers.ts";
import { isStoredEps } from "../roles.ts";
import { type Answers, type AskOptions, expectedFields, type GoldenCase, type Value } from "./case.ts";
import type { NetworkRecord } from "./format.ts";

/** Number of the first draw of the sampled evaluation. */
const evaluationDraws = 50_000;

/** How what a network gives is compared. */
const kinds = {
  state_keys: "exact",
  parameters: "exact",
  draws: "exact",
  train_logits: "numbers",
  kl: "numbers",
  loss: "numbers",
  grads: "gradient",
  running: "digest",
  eval_logits: "numbers",
  eval_sampled_logits: "numbers",
} as const;

/** A network: one forward and backward in train mode, the running statistics after it, then its logits in eval mode. */
export function networkCase(record: NetworkRecord): GoldenCase {
  return {
    suite: "models",
    id: record.id,
    expectations: expectedFields(record, kinds),
    spec: record.spec,
    sigmaFill: record.sigma_fill ?? 0,
    inputs: () => ({ images: batchImages(0, record.batch, record.image) }),
    ask: (model, inputs, options) => ask(model, inputs, record, options),
  };
}

async function ask(
  model: Model,
  inputs: NamedTensors,
  record: NetworkRecord,
  { signal }: AskOptions,
): Promise<Answers> {
  const images = given(inputs, "images");
  const answers = structure(model);

  const trained = await model.gradients(images, batchLabels(0, record.batch, record.classes), {
    objective: "elbo",
    beta: 1 / record.N / 100,
    train: true,
    weights: record.bayesian ? "fresh" : "mean",
    noise: { kind: "wave", next: 0 },
    signal,
  });
  answers.set("train_logits", numbers(trained.output));
  answers.set("loss", [trained.loss]);
  if (trained.kl !== null) answers.set("kl", [trained.kl]);
  for (const [name, gradient] of Object.entries(trained.parameters)) answers.set(`grads.${name}`, digest(gradient));

  const buffers = model.tensors.filter(isRunningStatistic).map(({ name }) => name);
  const running = buffers.length > 0 ? await model.read(buffers) : {};
  for (const [name, buffer] of Object.entries(running)) answers.set(`running.${name}`, digest(buffer));

  const mean = await model.forward(images, { weights: "mean", signal });
  answers.set("eval_logits", numbers(mean.output));
  if (record.bayesian) {
    const noise = { kind: "wave", next: evaluationDraws } as const;
    const sampled = await model.forward(images, { weights: "fresh", noise, signal });
    answers.set("eval_sampled_logits", numbers(sampled.output));
  }
  return answers;
}

/** What the model is made of. A forward with fresh weights draws once for every eps that it could store. */
function structure({ tensors }: Model): Map<string, ArrayLike<Value>> {
  const trained = tensors.filter(isParameter);
  return new Map<string, ArrayLike<Value>>([
    ["state_keys", tensors.map((info) => info.name)],
    ["parameters", [trained.reduce((sum, { shape }) => sum + elementCount(shape), 0)]],
    ["draws", [tensors.filter(isStoredEps).length]],
  ]);
}
