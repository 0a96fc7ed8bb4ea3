import type { Backend } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import type { StageName, Stages } from "../../port/stages/stage.ts";
import type { ModelSpecInput } from "../../schema/models.ts";
import { type StepOptions, stepOptions } from "../../schema/options.ts";
import { isParameter } from "../../schema/tensors.ts";
import { type NamedTensors, tensor } from "../../tensor.ts";
import { under } from "../named.ts";
import type { Parties } from "../pairs/implementation.ts";
import { judgePair } from "../pairs/judge.ts";
import type { BackendPair } from "../pairs/pair.ts";
import type { Check } from "./check.ts";
import { trajectory } from "./free-running.ts";
import { batchInputs, traceBatches } from "./steps.ts";
import { modelInputs, runningStatistics, withModel } from "./subject.ts";

const spec: ModelSpecInput = { kind: "resnet20", classes: 10 };
const steps = 2;

interface Staged {
  readonly id: string;
  readonly names: readonly StageName[];
  readonly options: Partial<StepOptions>;
}

/** The ascents by where they lead, as without stages; layers by the parameters after steps that only they are mixed in. */
const cases: readonly Staged[] = [
  { id: "ascents", names: ["adversarial"], options: { learningRate: 0.001 } },
  {
    id: "layers",
    names: ["layer:layer2.0.conv1", "layer:linear"],
    options: { ratio: 0, optimizer: "sgd", learningRate: 0.01 },
  },
];

/** Which party takes the step, with stages of the other: "lent" are those of the candidate, "borrowed" those of the reference. */
type Direction = "lent" | "borrowed";

function check({ id, names, options }: Staged, direction: Direction): Check {
  const name = `${id}-${direction}`;
  return {
    suite: "stages",
    id: name,
    run: async (parties, { signal }) => {
      const { home, mixed } = await mix(parties, names, direction);
      const step = stepOptions.parse(options);
      const pair: BackendPair = {
        name,
        cases: [],
        compute: (backend, inputs, { signal, dtype }) =>
          withModel(backend, spec, inputs, { dtype }, async (model): Promise<NamedTensors> => {
            const stages = backend === home ? mixed : undefined;
            const records = await traceBatches(model, inputs, steps, step, { signal, stages });
            if (step.ratio > 0)
              return Object.fromEntries(records.flatMap((one, j) => [...trajectory(one, `steps.${j}`)]));
            const trained = model.tensors.filter(isParameter).map((info) => info.name);
            return {
              loss: tensor(Float64Array.from(records, ({ loss }) => loss)),
              ...under("parameter.", await model.read(trained)),
              ...(await runningStatistics(model)),
            };
          }),
      };
      const inputs = { ...(await modelInputs(parties.reference, spec)), ...batchInputs(steps) };
      return judgePair(pair, { id: "", inputs }, { candidate: home, reference: parties.reference }, { signal });
    },
  };
}

async function mix({ candidate, reference }: Parties, names: readonly StageName[], direction: Direction) {
  const [ours, theirs] = [(await candidate.info()).backend, (await reference.info()).backend];
  if (ours === theirs) throw new AdsamError("unsupported", `expected two backends to mix, got ${ours} twice`);
  const [taker, maker] = direction === "lent" ? [reference, candidate] : [candidate, reference];
  const mixed: Stages<Backend> = Object.fromEntries(names.map((name) => [name, maker]));
  return { home: itself(taker), mixed };
}

/** The same backend as another object: what it is judged by may be it, without stages. */
function itself(backend: Backend): Backend {
  return {
    stages: backend.stages,
    info: () => backend.info(),
    model: (asked) => backend.model(asked),
    load: (path, options) => backend.load(path, options),
    close: () => backend.close(),
    [Symbol.asyncDispose]: () => backend.close(),
  };
}

/** Steps of either party in which the other computes the signed ascents, or layers; against the reference's own, whole. */
export const stages: readonly Check[] = cases.flatMap((one) => [check(one, "lent"), check(one, "borrowed")]);
