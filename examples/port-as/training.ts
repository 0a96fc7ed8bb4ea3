import * as tf from "@tensorflow/tfjs-core";
import { type NamedTensors, outcome, type StepOptions, type Tensor } from "adversarial-sampling";
import { crossEntropy, FastStep, type Network, type NoiseSource, toTfjs } from "adversarial-sampling/tfjs";
import { drawsOf, inside, read, resnet20 } from "./models.ts";
import { averages } from "./objective.ts";

/** The published step: 5 ascents of 0.02, 0.8 of the worst case, and its four departures from the paper. */
const options: StepOptions = {
  optimizer: "adam",
  learningRate: 0.01,
  ratio: 0.8,
  stepSize: 0.02,
  steps: 5,
  samplings: 1,
  beta: null,
  kernels: "auto",
  tf32: false,
  fidelity: "reference",
  epsilonGradients: null,
  optimizerReset: null,
  metricForward: null,
  runningStatistics: null,
};
const trainingSize = 8;

/** Images, and their classes. */
export type Batch = readonly [images: Tensor, labels: Tensor];

const tensors = ([images, labels]: Batch) => [inside(toTfjs(tf, images)), toTfjs(tf, labels) as tf.Tensor1D] as const;

/** One epoch: mean loss, and percent right. */
export function trainEpoch(
  model: Network,
  noise: NoiseSource,
  batches: readonly Batch[],
  observe?: (loss: number) => void,
) {
  const step = new FastStep(model, options, trainingSize, (_, loss) => observe?.(loss));
  const seen = batches.map((batch) => {
    const [x, y] = tensors(batch);
    const { loss, accuracy } = model.inMode(true, () => model.drawingFrom(noise, () => step.take(x, y)));
    return { loss, percent: 100 * accuracy, count: y.size };
  });
  step.dispose();
  return summary(seen);
}

/** Loss and percent right in eval mode. */
export function validate(model: Network, noise: NoiseSource, batches: readonly Batch[], sample = true) {
  const seen = batches.map((batch) => {
    const [x, y] = tensors(batch);
    const logits = model.inMode(false, () => model.drawingFrom(noise, () => model.forward(x, { sample })));
    const hits = tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), y), "int32"));
    return {
      loss: crossEntropy(logits, y).dataSync()[0] ?? Number.NaN,
      percent: (100 * (hits.dataSync()[0] ?? 0)) / y.size,
      count: y.size,
    };
  });
  return summary(seen);
}

function summary(seen: readonly { readonly loss: number; readonly percent: number; readonly count: number }[]) {
  const mean = (name: "loss" | "percent") =>
    averages(
      seen.map((one) => one[name]),
      seen.map(({ count }) => count),
    ).avg;
  return seen.length === 0 ? [0, 0] : [mean("loss"), mean("percent")];
}

/** Logits of each sample, their mean entropy, and how far each sample's is from it, in nats. */
function predict(model: Network, noise: NoiseSource, x: tf.Tensor, samples: number) {
  const forward = () => model.inMode(false, () => model.drawingFrom(noise, () => model.forward(x)));
  const logits = tf.stack(Array.from({ length: samples }, forward));
  const logs = tf.logSoftmax(logits);
  const entropies = tf.neg(tf.sum(tf.mul(tf.exp(logs), logs), -1));
  const mean = tf.mean(entropies, 0);
  return [logits, mean, tf.mean(tf.abs(tf.sub(entropies, mean)), 0)] as const;
}

/** What a port on tensors of this package is given beside its arguments. */
interface Given {
  readonly state: NamedTensors;
  readonly draws: NamedTensors;
}

function below(tensors: NamedTensors, prefix: string): NamedTensors {
  const found = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(found.map(([name, one]) => [name.slice(prefix.length), one]));
}

const own = (state: Given["state"]) => resnet20(below(state, "model."));

/** `program:Watched.step`: every forward of a step by what it is for, and what the step leaves. */
export function watchedStep(x: Tensor, y: Tensor, { state, draws }: Given) {
  const model = own(state);
  const kl = model.kl().dataSync()[0] ?? Number.NaN; // parameters move last
  const forwards: { readonly loss: number; readonly kl: number }[] = [];
  const [loss, percent] = trainEpoch(model, drawsOf(draws), [[x, y]], (one) => forwards.push({ loss: one, kl }));
  const [adversarial, elbo, metric] = forwards.slice(5);
  const after = read(model.variables, "model.");
  model.dispose();
  const output = { ascents: forwards.slice(0, 5), adversarial, elbo, metric, loss, percent };
  return outcome({ output, state: after });
}

/** `model:ResNetWrapper.validate`. */
export function validated({ val_loader, sample }: { val_loader: Batch[]; sample: boolean }, { state, draws }: Given) {
  const model = own(state);
  const output = validate(model, drawsOf(draws), val_loader, sample);
  model.dispose();
  return output;
}

/** `model:ResNetWrapper.sample_predict`. */
export function predicted(x: Tensor, samples: number, { state, draws }: Given) {
  const model = own(state);
  const output = predict(model, drawsOf(draws), inside(toTfjs(tf, x)), samples);
  model.dispose();
  return [...output];
}

/** `program:Watched.run`: loss and percent right of an epoch, and of the validation after it. */
export function epochRun(trained: readonly Batch[], seen: readonly Batch[], { state, draws }: Given) {
  const model = own(state);
  const noise = drawsOf(draws);
  const output = [...trainEpoch(model, noise, trained), ...validate(model, noise, seen, false)];
  model.dispose();
  return output;
}
