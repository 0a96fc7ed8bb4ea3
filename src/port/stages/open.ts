import type { Backend, Model } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import type { BackendName } from "../../schema/backends.ts";
import { isNetworkSpec, type NetworkSpec } from "../../schema/models.ts";
import type { FitOptions, StepOptions } from "../../schema/options.ts";
import { nearest } from "../../validation.ts";
import type { AdversarialStage, LayerStage, OpenStages, Stages } from "./stage.ts";

/** What takes the step, and how. */
export interface Host extends Pick<Model, "spec" | "tensors"> {
  readonly backend: BackendName;
  readonly options: StepOptions | FitOptions;
}

const prefix = "layer:";

/**
 * Does some work with the stages made that its steps are to have elsewhere, and frees them afterwards; null: there are none.
 * @throws AdsamError `usage` for a stage that the step does not have, or that is to be where the step is; and as the backends.
 */
export async function withStages<Result>(
  host: Host,
  given: Stages<Backend> | undefined,
  work: (stages: OpenStages | null) => Result | Promise<Result>,
): Promise<Result> {
  const asked = askedOf(given);
  if (asked.length === 0) return work(null);
  await checkStages(host, given);
  const spec = networkOf(host);
  let adversarial: AdversarialStage | null = null;
  const layers = new Map<string, LayerStage>();
  try {
    for (const [name, backend] of asked) {
      if (name === "adversarial") {
        adversarial = await backend.stages.adversarial(spec, host.options);
        continue;
      }
      const layer = name.slice(prefix.length);
      layers.set(layer, await backend.stages.layer(spec, layer));
    }
    return await work({ adversarial, layers });
  } finally {
    for (const stage of [adversarial, ...layers.values()]) await stage?.[Symbol.asyncDispose]();
  }
}

/** @throws AdsamError `usage` for a stage that the step does not have, or that is to be where the step is; makes none. */
export async function checkStages(host: Host, given: Stages<Backend> | undefined): Promise<void> {
  for (const [name, backend] of askedOf(given)) {
    networkOf(host);
    await checkPlace(name, backend, host);
  }
}

function askedOf(given: Stages<Backend> = {}): (readonly [name: string, backend: Backend])[] {
  return Object.entries(given).flatMap(([name, backend]) => (backend === undefined ? [] : [[name, backend] as const]));
}

function networkOf({ spec, backend }: Host): NetworkSpec {
  if (backend === "reference") {
    throw new AdsamError(
      "unsupported",
      "the published code does not do this: its step is one function, without stages",
    );
  }
  if (isNetworkSpec(spec)) return spec;
  throw new AdsamError("usage", `expected stages of a network's step, got a ${spec.kind} layer on its own`);
}

/** @throws AdsamError `usage` for a stage that there is not, and for one that is to be where the step is. */
async function checkPlace(name: string, backend: Backend, host: Host): Promise<void> {
  checkStage(name, host);
  if (typeof backend !== "object" || typeof backend?.info !== "function") {
    throw new AdsamError("usage", `stage ${name}: expected an open backend, got ${backend}`);
  }
  const { backend: place } = await backend.info();
  if (place !== host.backend) return;
  throw new AdsamError("usage", `stage ${name}: expected another backend than ${place}, which takes the step`, {
    suggestion: `leave the stage out, or name another backend; a run goes on without stages by --stage none, in TypeScript by stages: {}`,
  });
}

function checkStage(name: string, { tensors, options, spec }: Host): void {
  const operations = tensors.flatMap(({ layer, role, part }) =>
    (role === "mean" || role === "value") && part === "weight" ? [layer] : [],
  );
  const normalizing = new Set(tensors.flatMap(({ layer, role }) => (role === "runningMean" ? [layer] : [])));
  const known = ["adversarial", ...operations.filter((one) => !normalizing.has(one)).map((one) => prefix + one)];
  if (normalizing.has(name.slice(prefix.length)) && name.startsWith(prefix)) {
    throw new AdsamError("usage", `stage ${name}: expected a convolution or a linear layer, got a batch norm`, {
      suggestion: "its running statistics stay with the step",
    });
  }
  if (!known.includes(name)) {
    throw new AdsamError("usage", `expected a stage adversarial or layer:<name>, got ${name}`, {
      suggestion: nearest(name, known),
    });
  }
  if (name !== "adversarial") {
    if (options.kernels !== "native") return;
    throw new AdsamError("usage", `stage ${name} cannot be given with kernels native, which run the whole network`);
  }
  const none = !isBayesian(spec)
    ? "a plain network"
    : options.ratio <= 1e-7
      ? "ratio 0"
      : options.steps === 0
        ? "steps 0"
        : undefined;
  if (none !== undefined) throw new AdsamError("usage", `stage adversarial: expected a step with ascents, got ${none}`);
}

const isBayesian = (spec: Host["spec"]): boolean => isNetworkSpec(spec) && spec.bayesian;
