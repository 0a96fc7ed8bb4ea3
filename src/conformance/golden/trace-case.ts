import type { Model } from "../../backend.ts";
import { stepOptions } from "../../schema/options.ts";
import type { StepRecord } from "../../schema/results.ts";
import { batchImages, batchLabels, isStoredEps } from "../formulas.ts";
import {
  type Answers,
  type Expectation,
  expected,
  expectedEach,
  type GoldenCase,
  type ReplaySettings,
  type Value,
} from "./case.ts";
import { moved, networkSpec, withFilledModel } from "./filled-model.ts";
import type { TraceRecord } from "./format.ts";

function expectedStep(step: TraceRecord["steps"][number], place: string, epsOrder: readonly string[]): Expectation[] {
  const forwards = step.forwards.flatMap((forward, i) => [
    ...expected("exact", `${place}.forwards.${i}.fixed_noise`, forward.fixed_noise),
    ...expected("numbers", `${place}.forwards.${i}.loss`, forward.loss),
    ...expected("numbers", `${place}.forwards.${i}.kl`, forward.kl),
    ...epsOrder.flatMap((name, n) => expected("digest", `${place}.forwards.${i}.eps.${name}`, forward.eps?.[n])),
  ]);
  return [
    ...expected("float32", `${place}.loss`, step.loss),
    ...expected("numbers", `${place}.top1_percent`, step.top1_percent),
    ...expected("exact", `${place}.draws`, step.draws),
    ...expected("exact", `${place}.forwards`, step.forwards.length),
    ...forwards,
    ...expectedEach("gradient", `${place}.params`, step.params),
    ...expectedEach("digest", `${place}.running`, step.running),
  ];
}

function* stepAnswers(step: StepRecord, place: string): Generator<[string, ArrayLike<Value>]> {
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

async function answer(model: Model, record: TraceRecord, settings: ReplaySettings): Promise<Answers> {
  const batches = record.steps.slice(0, settings.steps).map((_, j) => ({
    images: moved(batchImages(j, record.batch, record.image), settings),
    labels: batchLabels(j, record.batch, record.classes),
  }));
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
    signal: settings.signal,
  });
  const epsOrder = model.tensors.filter(isStoredEps).map((info) => info.name);
  return new Map([["eps_order", epsOrder], ...steps.flatMap((step, j) => [...stepAnswers(step, `steps.${j}`)])]);
}

/** Steps of Adversarial Sampling with one optimizer: every forward, and the model after each batch. */
export function traceCase(record: TraceRecord): GoldenCase {
  return {
    suite: "adversarial",
    id: record.id,
    expectations: [
      ...expected("exact", "eps_order", record.eps_order),
      ...record.steps.flatMap((step, j) => expectedStep(step, `steps.${j}`, record.eps_order)),
    ],
    replay: (backend, settings) =>
      withFilledModel(backend, networkSpec(record), record.sigma_fill ?? 0, settings, (model) =>
        answer(model, record, settings),
      ),
  };
}
