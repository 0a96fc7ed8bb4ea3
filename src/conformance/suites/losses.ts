import type { ModelSpecInput } from "../../schema/models.ts";
import { batchLabels } from "../formulas.ts";
import { given, scalar, under } from "../named.ts";
import type { BackendPair } from "../pairs/pair.ts";
import { type Check, pairChecks } from "./check.ts";
import { modelInputs, withModel } from "./subject.ts";

const classes = 10;

/** KL(N(mu, e^2s) || N(0, priorSigma^2)) over the range of log sigmas and priors, with its gradients. */
const divergences = [-6, -3, 0, 1.5].flatMap((logSigma) =>
  [0.15, 1].map((priorSigma): BackendPair => {
    const spec: ModelSpecInput = { kind: "linear", inFeatures: 30, outFeatures: 20, priorSigma };
    return {
      name: `kl-log-sigma${logSigma}-prior${priorSigma}`,
      cases: [
        {
          id: "",
          reduction: (name) => (name === "kl" ? 600 : 1),
          inputs: async (reference) => ({
            ...(await modelInputs(reference, spec, logSigma)),
            input: { wave: 1000, shape: [1, 30], scale: 0 },
            direction: { wave: 400, shape: [1, 20], scale: 0 },
          }),
        },
      ],
      compute: (backend, inputs, { signal, dtype }) =>
        withModel(backend, spec, inputs, { dtype }, async (model) => {
          const asked = { objective: "projection", weights: "fresh", noise: { kind: "wave" }, signal } as const;
          const found = await model.gradients(given(inputs, "input"), given(inputs, "direction"), asked);
          return { kl: scalar(found.kl ?? 0), ...under("gradient.", found.parameters) };
        }),
    };
  }),
);

/** CE + beta * KL of a network from all-cross-entropy to all-KL, with the gradients of every parameter and of the input. */
const elbos = [0, 2e-7, 1e-3, 1].map((beta): BackendPair => {
  const spec: ModelSpecInput = { kind: "resnet20", classes };
  return {
    name: `elbo-beta${beta}`,
    cases: [
      {
        id: "",
        inputs: async (reference) => ({
          ...(await modelInputs(reference, spec)),
          images: { seed: 7, shape: [6, 3, 8, 8] },
          labels: { values: batchLabels(1, 6, classes) },
        }),
      },
    ],
    compute: (backend, inputs, { signal, dtype }) =>
      withModel(backend, spec, inputs, { dtype }, async (model) => {
        const asked = { beta, train: true, weights: "fresh", noise: { kind: "wave" }, signal } as const;
        const found = await model.gradients(given(inputs, "images"), given(inputs, "labels"), asked);
        return {
          loss: scalar(found.loss),
          kl: scalar(found.kl ?? 0),
          "gradient.input": found.input,
          ...under("gradient.", found.parameters),
        };
      }),
  };
});

/** The KL divergence and the ELBO loss. */
export const losses: readonly Check[] = [...divergences, ...elbos].flatMap((pair) => pairChecks("losses", pair));
