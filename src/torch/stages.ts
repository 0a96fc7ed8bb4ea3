import { AdsamError } from "../errors.ts";
import type { PythonObject } from "../interop/handle.ts";
import { Crossing } from "../interop/kinds.ts";
import { programOf } from "../interop/program.ts";
import type { Python } from "../interop/python.ts";
import type { SynchronousObject } from "../interop/synchronous.ts";
import type { AscentEnd, LayerStage, OpenStages, StageMaker } from "../port/stages/stage.ts";
import { stepOptions } from "../schema/options.ts";
import type { Tensor } from "../tensor.ts";

/** Stages that torch computes for steps elsewhere, which wait for it by a side door. */
export function torchStages(
  connected: () => Promise<{ readonly python: Python; readonly device: string }>,
): StageMaker {
  const guest = async (name: string, ...values: readonly unknown[]) => {
    const { python, device } = await connected();
    const object = await made(
      python,
      "adversarial_sampling.fast.guest",
      name,
      ...values,
      ...(name === "LayerGuest" ? [] : [device]),
    );
    const blocking = await object.synchronous();
    return { blocking, [Symbol.asyncDispose]: () => object.dispose() };
  };
  return {
    async adversarial(spec, step) {
      // How torch computes is said to the step, and these are its alone.
      const options = { ...stepOptions.strip().parse(step), kernels: "auto", tf32: false };
      const { blocking, ...rest } = await guest("AdversarialGuest", spec, options);
      return { ascend: (start) => blocking.call<AscentEnd>(start), ...rest };
    },
    async layer(spec, name) {
      const { blocking, ...rest } = await guest("LayerGuest", spec, name);
      return { ...functionOf(blocking), ...rest };
    },
  };
}

const refuse = async (): Promise<never> => {
  throw new AdsamError("unsupported", "the published code does not do this: its step is one function, without stages");
};

/** The published code's, of which there are none. */
export const publishedStages: StageMaker = { adversarial: refuse, layer: refuse };

const functionOf = (object: SynchronousObject): Pick<LayerStage, "call" | "vjp"> => ({
  call: (...inputs) => object.call(...inputs),
  vjp: (...inputs) => object.vjp(...inputs),
});

/** Stages that are computed here for a step in Python, as an object there. */
export function toPython(python: Python, { adversarial, layers }: OpenStages): Promise<PythonObject> {
  const operations = [...layers].map(([name, layer]) => [
    name,
    new Crossing((...inputs: Tensor[]) => layer.call(...inputs), pullbackOf(layer)),
  ]);
  const ascend = adversarial === null ? null : adversarial.ascend;
  return made(python, "adversarial_sampling.stages", "Stages", ascend, Object.fromEntries(operations));
}

const pullbackOf =
  (layer: LayerStage) =>
  (cotangent: Tensor, ...inputs: Tensor[]) => {
    const at = layer.vjp(...inputs);
    const { inputs: gradients } = at.pullback(cotangent);
    at.dispose();
    return inputs.map((_, i) => gradients[i]);
  };

async function made(
  python: Python,
  module: string,
  name: string,
  ...values: readonly unknown[]
): Promise<PythonObject> {
  await using home = await python.import(module, programOf({}, "stages"), {});
  return home.with({ keep: true }).method<PythonObject>(name, ...values);
}
