import { type Architecture, architectures } from "../../schema/architectures.ts";
import type { ModelSpecInput } from "../../schema/models.ts";
import type { NamedTensors } from "../../tensor.ts";
import { batchLabels } from "../formulas.ts";
import { given, scalar, under } from "../named.ts";
import type { BackendPair } from "../pairs/pair.ts";
import { type Check, pairChecks } from "./check.ts";
import { modelInputs, runningStatistics, withModel } from "./subject.ts";

interface NetworkCase {
  readonly kind: Architecture;
  readonly bayesian: boolean;
  readonly side: number;
  readonly batch: number;
}

const cases: readonly NetworkCase[] = [
  { kind: "resnet20", bayesian: true, side: 8, batch: 8 },
  { kind: "resnet20", bayesian: false, side: 8, batch: 8 },
  { kind: "resnet20", bayesian: true, side: 32, batch: 4 },
  { kind: "resnet20", bayesian: false, side: 32, batch: 4 },
  { kind: "resnet32", bayesian: true, side: 8, batch: 8 },
  { kind: "vgg11", bayesian: true, side: 32, batch: 2 },
  { kind: "vgg16", bayesian: false, side: 32, batch: 2 },
];

/** What batch norm sums over: every pixel of the batch, of which there are fewer after each stage of a ResNet. */
function reduction({ kind, side, batch }: NetworkCase, name: string): number {
  switch (architectures[kind].family) {
    case "resnet": {
      if (!/^(running|gradient)\..*bn\d\./.test(name)) return 1;
      const stage = Number(/layer(\d)/.exec(name)?.[1] ?? 1);
      return batch * (side / 2 ** (stage - 1)) ** 2;
    }
    case "vgg":
      return 1;
  }
}

const classes = 10;
const beta = 1 / 50_000 / 100;

function pair(network: NetworkCase): BackendPair {
  const { kind, bayesian, side, batch } = network;
  const spec: ModelSpecInput = { kind, bayesian, classes };
  return {
    name: `${kind}-${bayesian ? "bayesian" : "plain"}-${side}`,
    cases: [
      {
        id: "",
        reduction: (name) => reduction(network, name),
        inputs: async (reference) => ({
          ...(await modelInputs(reference, spec)),
          images: { wave: 1000, shape: [batch, 3, side, side] },
          labels: { values: batchLabels(0, batch, classes) },
        }),
      },
    ],
    compute: (backend, inputs, { signal, dtype }) =>
      withModel(backend, spec, inputs, { dtype }, async (model): Promise<NamedTensors> => {
        const images = given(inputs, "images");
        const trained = await model.gradients(images, given(inputs, "labels"), {
          beta,
          train: true,
          weights: bayesian ? "fresh" : "mean",
          noise: { kind: "wave" },
          signal,
        });
        const moved = await runningStatistics(model);
        const mean = await model.forward(images, { weights: "mean", signal });
        const features = await model.forward(images, { weights: "mean", output: "features", signal });
        const noise = { kind: "wave", next: 50_000 } as const;
        const sampled = bayesian ? await model.forward(images, { weights: "fresh", noise, signal }) : mean;
        return {
          "train.logits": trained.output,
          "train.loss": scalar(trained.loss),
          ...(trained.kl === null ? {} : { "train.kl": scalar(trained.kl) }),
          "gradient.input": trained.input,
          ...under("gradient.", trained.parameters),
          ...moved,
          "eval.logits": mean.output,
          "eval.features": features.output,
          "eval.sampled": sampled.output,
        };
      }),
  };
}

/** Networks: one forward and backward of the ELBO in train mode, the running statistics after it, and three forwards in eval mode. */
export const models: readonly Check[] = cases.flatMap((one) => pairChecks("models", pair(one)));
