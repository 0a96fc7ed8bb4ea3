import type { Model, TraceOptions } from "../../backend.ts";
import type { ModelSpecInput } from "../../schema/models.ts";
import { type StepOptions, stepOptions } from "../../schema/options.ts";
import type { StepRecord } from "../../schema/results.ts";
import { isParameter } from "../../schema/tensors.ts";
import { type NamedTensors, tensor } from "../../tensor.ts";
import { batchLabels } from "../formulas.ts";
import { given, under } from "../named.ts";
import type { BackendPair, InputSources } from "../pairs/pair.ts";
import { type Check, pairChecks } from "./check.ts";
import { modelInputs, runningStatistics, withModel } from "./subject.ts";

const classes = 10;
const batch = 8;

/** Training images of so many steps, on 8x8. */
export function batchInputs(steps: number): InputSources {
  const batches = Array.from({ length: steps }, (_, j): [string, InputSources[string]][] => [
    [`images.${j}`, { wave: 1000 + j, shape: [batch, 3, 8, 8] }],
    [`labels.${j}`, { values: batchLabels(j, batch, classes) }],
  ]);
  return Object.fromEntries(batches.flat());
}

export function traceBatches(
  model: Model,
  inputs: NamedTensors,
  steps: number,
  step: StepOptions,
  rest: Pick<TraceOptions, "signal" | "stages">,
): Promise<readonly StepRecord[]> {
  const batches = Array.from({ length: steps }, (_, j) => ({
    images: given(inputs, `images.${j}`),
    labels: given(inputs, `labels.${j}`),
  }));
  return model.trace(batches, { step, trainingSize: 500, noise: { kind: "wave", next: 0 }, ...rest });
}

interface StepCase {
  readonly id: string;
  readonly bayesian: boolean;
  readonly steps: number;
  readonly options: Partial<StepOptions>;
}

const cases: readonly StepCase[] = [
  { id: "sgd", bayesian: true, steps: 3, options: { optimizer: "sgd", learningRate: 0.01 } },
  { id: "sgd-plain", bayesian: false, steps: 3, options: { optimizer: "sgd", learningRate: 0.01 } },
  { id: "sgd-samplings", bayesian: true, steps: 1, options: { optimizer: "sgd", learningRate: 0.01, samplings: 3 } },
  { id: "adam", bayesian: true, steps: 2, options: { optimizer: "adam", learningRate: 0.001 } },
  { id: "adam-plain", bayesian: false, steps: 2, options: { optimizer: "adam", learningRate: 0.001 } },
];

function pair({ id, bayesian, steps, options }: StepCase): BackendPair {
  const spec: ModelSpecInput = { kind: "resnet20", bayesian, classes };
  const step = stepOptions.parse({ ratio: 0, ...options });
  return {
    name: id,
    cases: [
      {
        id: "",
        inputs: async (reference) => ({ ...(await modelInputs(reference, spec)), ...batchInputs(steps) }),
      },
    ],
    compute: (backend, inputs, { signal, dtype }) =>
      withModel(backend, spec, inputs, { dtype }, async (model): Promise<NamedTensors> => {
        const records = await traceBatches(model, inputs, steps, step, { signal });
        const trained = model.tensors.filter(isParameter).map(({ name }) => name);
        return {
          loss: tensor(Float64Array.from(records, ({ loss }) => loss)),
          ...under("parameter.", await model.read(trained)),
          ...(await runningStatistics(model)),
        };
      }),
  };
}

/** Every parameter and the running statistics after steps of the optimizers on the ELBO, without the adversarial loss. */
export const steps: readonly Check[] = cases.flatMap((one) => pairChecks("steps", pair(one)));
