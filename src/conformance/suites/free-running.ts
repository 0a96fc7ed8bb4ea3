import type { ModelSpecInput } from "../../schema/models.ts";
import { stepOptions } from "../../schema/options.ts";
import type { StepRecord } from "../../schema/results.ts";
import { type NamedTensors, type Tensor, tensor } from "../../tensor.ts";
import type { Comparison } from "../comparison.ts";
import type { BackendPair } from "../pairs/pair.ts";
import { type Check, pairChecks } from "./check.ts";
import { batchInputs, traceBatches } from "./steps.ts";
import { modelInputs, withModel } from "./subject.ts";

const steps = 2;

function pair(fidelity: "reference" | "paper"): BackendPair {
  const spec: ModelSpecInput = { kind: "resnet20", classes: 10 };
  const step = stepOptions.parse({ fidelity, learningRate: 0.001 });
  return {
    name: `free-running-${fidelity}`,
    cases: [
      {
        id: "",
        inputs: async (reference) => ({ ...(await modelInputs(reference, spec)), ...batchInputs(steps) }),
      },
    ],
    compute: (backend, inputs, { signal, dtype }) =>
      withModel(backend, spec, inputs, { dtype }, async (model): Promise<NamedTensors> => {
        const records = await traceBatches(model, inputs, steps, step, { signal });
        return Object.fromEntries(records.flatMap((record, j) => [...trajectory(record, `steps.${j}`)]));
      }),
  };
}

/** Of each forward its cross-entropy, and of the eps before it norm and projection, all tensors in one. */
export function* trajectory({ forwards, loss, draws }: StepRecord, place: string): Generator<[string, Tensor]> {
  yield [`${place}.draws`, tensor(BigInt64Array.from(draws, BigInt))];
  for (const [i, forward] of forwards.entries()) {
    if (forward.eps !== null) {
      const digests = Object.values(forward.eps).flatMap(([, norm, projection]) => [norm, projection]);
      yield [`${place}.forwards.${i}.eps`, tensor(Float64Array.from(digests))];
    }
    yield [`${place}.forwards.${i}.loss`, tensor(Float64Array.of(forward.loss), [])];
  }
  yield [`${place}.loss`, tensor(Float64Array.of(loss), [])];
}

/** Signs that differ move eps by whole steps: more than this, in parts of its size, is no rounding. */
const rounding = 2 ** -20;

/** Where two trajectories part and how far they are in the end, in words. */
function parting(comparisons: readonly Comparison[]): string {
  const eps = comparisons.filter(({ tensor: name }) => name.endsWith(".eps"));
  const parted = eps.find(({ maxRel }) => maxRel > rounding);
  const last = comparisons.findLast(({ tensor: name }) => name.endsWith(".loss"));
  const end = `the last loss differs by ${(last?.maxRel ?? 0).toExponential(1)}`;
  if (parted === undefined) return `no eps part; ${end}`;
  return `eps part at ${parted.tensor} (${parted.maxRel.toExponential(1)} of their size); ${end}`;
}

/**
 * The adversarial step on trajectories of each side's own, with the same noise drawn. A gradient near 0 may have another
 * sign on either side and moves eps by a whole step, so trajectories part. They pass when the candidate's is no further
 * from that of float64 than 3 times that of torch in float32, or of float64 from inputs that are one ulp away.
 */
export const freeRunning: readonly Check[] = (["reference", "paper"] as const)
  .flatMap((fidelity) => pairChecks("adversarial", pair(fidelity)))
  .map((check) => ({ ...check, note: parting }));
