import type { Model } from "../../backend.ts";
import { isParameter, isRunningStatistic } from "../../schema/tensors.ts";
import { elementCount } from "../../tensor.ts";
import { digest } from "../../wave.ts";
import { batchImages, batchLabels, isStoredEps } from "../formulas.ts";
import { numbers } from "../numbers.ts";
import { type Answers, expected, expectedEach, type GoldenCase, type ReplaySettings, type Value } from "./case.ts";
import { moved, networkSpec, withFilledModel } from "./filled-model.ts";
import type { ModelRecord } from "./format.ts";

/** Number of the first draw of the sampled evaluation. */
const evaluationDraws = 50_000;

/** What the model is made of. A forward with fresh weights draws once for every eps that it could store. */
function structure({ tensors }: Model): [string, ArrayLike<Value>][] {
  const trained = tensors.filter(isParameter);
  return [
    ["state_keys", tensors.map((info) => info.name)],
    ["parameters", [trained.reduce((sum, { shape }) => sum + elementCount(shape), 0)]],
    ["draws", [tensors.filter(isStoredEps).length]],
  ];
}

async function answer(model: Model, record: ModelRecord, settings: ReplaySettings): Promise<Answers> {
  const answers = new Map(structure(model));
  const images = moved(batchImages(0, record.batch, record.image), settings);

  const trained = await model.gradients(images, batchLabels(0, record.batch, record.classes), {
    objective: "elbo",
    beta: 1 / record.N / 100,
    train: true,
    weights: record.bayesian ? "fresh" : "mean",
    noise: { kind: "wave", next: 0 },
    signal: settings.signal,
  });
  answers.set("train_logits", numbers(trained.output));
  answers.set("loss", [trained.loss]);
  if (trained.kl !== null) answers.set("kl", [trained.kl]);
  for (const [name, gradient] of Object.entries(trained.parameters)) answers.set(`grads.${name}`, digest(gradient));

  const buffers = model.tensors.filter(isRunningStatistic).map(({ name }) => name);
  const running = buffers.length > 0 ? await model.read(buffers) : {};
  for (const [name, buffer] of Object.entries(running)) answers.set(`running.${name}`, digest(buffer));

  const mean = await model.forward(images, { weights: "mean", signal: settings.signal });
  answers.set("eval_logits", numbers(mean.output));
  if (record.bayesian) {
    const noise = { kind: "wave", next: evaluationDraws } as const;
    const sampled = await model.forward(images, { weights: "fresh", noise, signal: settings.signal });
    answers.set("eval_sampled_logits", numbers(sampled.output));
  }
  return answers;
}

/** A network: one forward and backward in train mode, the running statistics after it, then its logits in eval mode. */
export function modelCase(record: ModelRecord): GoldenCase {
  return {
    suite: "models",
    id: record.id,
    expectations: [
      ...expected("exact", "state_keys", record.state_keys),
      ...expected("exact", "parameters", record.parameters),
      ...expected("exact", "draws", record.draws),
      ...expected("numbers", "train_logits", record.train_logits),
      ...expected("numbers", "kl", record.kl),
      ...expected("numbers", "loss", record.loss),
      ...expectedEach("gradient", "grads", record.grads),
      ...expectedEach("digest", "running", record.running),
      ...expected("numbers", "eval_logits", record.eval_logits),
      ...expected("numbers", "eval_sampled_logits", record.eval_sampled_logits),
    ],
    replay: (backend, settings) =>
      withFilledModel(backend, networkSpec(record), record.sigma_fill ?? 0, settings, (model) =>
        answer(model, record, settings),
      ),
  };
}
