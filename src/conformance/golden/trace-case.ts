import type { Model } from "../../backend.ts";
import { stepOptions } from "../../schema/options.ts";
import type { StepRecord } from "../../schema/results.ts";
import type { NamedTensors } from "../../tensor.ts";
import { batchImages, batchLabels } from "../formulas.ts";
import { isStoredEps } from "../roles.ts";
import {
  type Answers,
  type AskOptions,
  type Expectation,
  expected,
  expectedFields,
  type GoldenCase,
  type Value,
} from "./case.ts";
import type { TraceRecord } from "./format.ts";

/** Steps of Adversarial Sampling with one optimizer: every forward, and the model after each batch. */
export function traceCase(record: TraceRecord): GoldenCase {
  return {
    suite: "adversarial",
    id: record.id,
    expectations: [
      ...expectedFields(record, { eps_order: "exact" }),
      ...record.steps.flatMap((step, j) => expectedStep(step, j, record.eps_order)),
    ],
    spec: record.spec,
    sigmaFill: record.sigma_fill ?? 0,
    inputs: () =>
      Object.fromEntries(record.steps.map((_, j) => [imagesOf(j), batchImages(j, record.batch, record.image)])),
    ask: (model, inputs, options) => ask(model, inputs, record, options),
  };
}

function imagesOf(step: number): string {
  return `images.${step}`;
}

/** What one step gives; the first forward of all, and KL divergences before the first descent, no sign has touched. */
function expectedStep(step: TraceRecord["steps"][number], j: number, epsOrder: readonly string[]): Expectation[] {
  const place = `steps.${j}`;
  const forwards = step.forwards.flatMap((forward, i): Expectation[] => {
    const here = `${place}.forwards.${i}`;
    const eps = epsOrder.flatMap((name, n) => expected("digest", `${here}.eps.${name}`, forward.eps?.[n]));
    const loss = expectedFields(forward, { loss: "numbers" }, `${here}.`);
    const kl = expectedFields(forward, { kl: "numbers" }, `${here}.`);
    return [
      ...expectedFields(forward, { fixed_noise: "exact" }, `${here}.`),
      ...(j === 0 ? kl : afterSigns(kl)),
      ...(j === 0 && i === 0 ? [...loss, ...eps] : afterSigns([...loss, ...eps])),
    ];
  });
  return [
    ...expectedFields(step, { draws: "exact" }, `${place}.`),
    ...expected("exact", `${place}.forwards`, step.forwards.length),
    ...forwards,
    ...afterSigns(
      expectedFields(
        step,
        { loss: "float32", top1_percent: "numbers", params: "gradient", running: "digest" },
        `${place}.`,
      ),
    ),
  ];
}

function afterSigns(expectations: readonly Expectation[]): Expectation[] {
  return expectations.map((expectation) => ({ ...expectation, afterSigns: true }));
}

async function ask(model: Model, inputs: NamedTensors, record: TraceRecord, options: AskOptions): Promise<Answers> {
  const images = Object.values(inputs).slice(0, options.steps);
  const batches = images.map((batch, j) => ({ images: batch, labels: batchLabels(j, record.batch, record.classes) }));
  const steps = await model.trace(batches, {
    step: stepOptions.parse({
      optimizer: record.optimizer,
      learningRate: record.lr,
      ratio: record.ratio,
      samplings: record.samplings,
      fidelity: "reference",
      epsilonGradients: record.gradient_mode,
      optimizerReset: "never",
    }),
    trainingSize: record.N,
    noise: { kind: "wave", next: 0 },
    signal: options.signal,
  });
  const epsOrder = model.tensors.filter(isStoredEps).map((info) => info.name);
  return new Map([["eps_order", epsOrder], ...steps.flatMap((step, j) => [...answersOf(step, `steps.${j}`)])]);
}

function* answersOf(step: StepRecord, place: string): Generator<[string, ArrayLike<Value>]> {
  yield [`${place}.loss`, [step.loss]];
  yield [`${place}.top1_percent`, [100 * step.accuracy]];
  yield [`${place}.draws`, step.draws];
  yield [`${place}.forwards`, [step.forwards.length]];
  for (const [i, { fixedNoise, loss, kl, eps }] of step.forwards.entries()) {
    yield [`${place}.forwards.${i}.fixed_noise`, [fixedNoise]];
    yield [`${place}.forwards.${i}.loss`, [loss]];
    if (kl !== null) yield [`${place}.forwards.${i}.kl`, [kl]];
    for (const [name, digest] of Object.entries(eps ?? {})) yield [`${place}.forwards.${i}.eps.${name}`, digest];
  }
  for (const [name, digest] of Object.entries(step.parameters)) yield [`${place}.params.${name}`, digest];
  for (const [name, digest] of Object.entries(step.running)) yield [`${place}.running.${name}`, digest];
}
