import type { ModelSpecInput } from "../../schema/models.ts";
import { given } from "../named.ts";
import type { BackendPair } from "../pairs/pair.ts";
import { type Check, pairChecks } from "./check.ts";
import { modelInputs, withModel } from "./subject.ts";

function pair(name: string, spec: ModelSpecInput, weights: "mean" | "fresh"): BackendPair {
  return {
    name,
    cases: [
      {
        id: "",
        inputs: async (reference) => ({
          ...(await modelInputs(reference, spec)),
          images: { seed: 11, shape: [10, 3, 8, 8] },
        }),
      },
    ],
    compute: (backend, inputs, { signal, dtype }) =>
      withModel(backend, spec, inputs, { dtype }, async (model) => {
        const noise = { kind: "wave", next: 0 } as const;
        const asked = { samples: 8, batch: 4, weights, noise, signal };
        const { logits, entropyMean, entropySpread } = await model.predict(given(inputs, "images"), asked);
        return { logits, Ha: entropyMean, ...(weights === "fresh" ? { He: entropySpread } : {}) };
      }),
  };
}

/** Monte Carlo prediction with the same noise on both sides: all logits, Ha and He. */
export const prediction: readonly Check[] = [
  pair("sampled", { kind: "resnet20", classes: 10 }, "fresh"),
  pair("mean", { kind: "resnet20", classes: 10 }, "mean"),
  pair("plain", { kind: "resnet20", classes: 10, bayesian: false }, "mean"),
].flatMap((one) => pairChecks("prediction", one));
