import type { FitRunOptions } from "../../backend.ts";
import { slice } from "../../data/dataset.ts";
import { loadDigits } from "../../data/digits.ts";
import type { StepEvent } from "../../schema/events.ts";
import type { ModelSpecInput } from "../../schema/models.ts";
import { type NamedTensors, tensor } from "../../tensor.ts";
import type { Run } from "../../training.ts";
import type { BackendPair } from "../pairs/pair.ts";
import { type Check, pairChecks } from "./check.ts";
import { modelInputs, withModel } from "./subject.ts";

const spec: ModelSpecInput = { kind: "resnet20", classes: 10 };
const images = 16;
/** Two steps an epoch. Both rates change from epoch to epoch, and beta, which is a large part of the loss, from step to step. */
const options: FitRunOptions = {
  epochs: 4,
  batch: 8,
  optimizer: "sgd",
  learningRate: 1e-4,
  milestones: [2],
  ratio: 0,
  beta: 1,
  betaWarmup: 2,
  betaCycle: 3,
  metricForward: false,
  validation: "none",
  noise: { kind: "wave", next: 0 },
};

async function stepsOf(run: Run): Promise<StepEvent[]> {
  const steps: StepEvent[] = [];
  for await (const event of run) if (event.kind === "step") steps.push(event);
  await run;
  return steps;
}

const pair: BackendPair = {
  name: "schedules",
  cases: [{ id: "", inputs: (reference) => modelInputs(reference, spec) }],
  compute: (backend, inputs, { signal, dtype }) =>
    withModel(backend, spec, inputs, { dtype }, async (model): Promise<NamedTensors> => {
      const { train, ...data } = await loadDigits();
      const few = { ...data, train: slice(train, 0, images) };
      const steps = await stepsOf(model.fit(few, { ...options, signal }));
      const names = ["loss", "crossEntropy", "kl", "beta", "learningRate"] as const;
      return Object.fromEntries(
        names.map((name) => [name, tensor(Float64Array.from(steps, (step) => step[name] ?? Number.NaN))]),
      );
    }),
};

/** A run whose learning rate and weight of the KL divergence change: the loss and its parts, step by step. */
export const schedules: readonly Check[] = pairChecks("training", pair);
