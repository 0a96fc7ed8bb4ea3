import type { ModelSpecInput } from "../../schema/models.ts";
import { type Check, twinChecks } from "../check.ts";
import type { BackendTwin } from "../twin.ts";
import { given, modelInputs, withModel } from "./subject.ts";

function twin(name: string, spec: ModelSpecInput, weights: "mean" | "fresh"): BackendTwin {
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
  twin("sampled", { kind: "resnet20", classes: 10 }, "fresh"),
  twin("mean", { kind: "resnet20", classes: 10 }, "mean"),
  twin("plain", { kind: "resnet20", classes: 10, bayesian: false }, "mean"),
].flatMap((one) => twinChecks("prediction", one));
