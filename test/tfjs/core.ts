import type { Backend, Model } from "../../src/backend.ts";
import { modelSpec } from "../../src/schema/models.ts";
import type { NamedTensors, Tensor } from "../../src/tensor.ts";
import { inspect } from "../../src/tfjs/inspection.ts";
import { build } from "../../src/tfjs/models/build.ts";
import type { Network } from "../../src/tfjs/models/network.ts";
import { forward, gradients } from "../../src/tfjs/passes.ts";
import { fromTf, overwrite } from "../../src/tfjs/tensors.ts";

export type CoreModel = Pick<
  Model,
  "spec" | "tensors" | "forward" | "gradients" | "inspect" | "read" | "write" | "dispose"
> & { readonly network: Network };

export function read(network: Network, names = [...network.variables.keys()]): NamedTensors {
  return Object.fromEntries(
    names.map((name): [string, Tensor] => {
      const variable = network.variables.get(name);
      if (variable === undefined) throw new Error(`no ${name}`);
      return [name, fromTf(variable)];
    }),
  );
}

function write(network: Network, tensors: NamedTensors): void {
  for (const [name, values] of Object.entries(tensors)) {
    const variable = network.variables.get(name);
    if (variable === undefined) throw new Error(`no ${name}`);
    overwrite(variable, values);
  }
}

/** The core behind the part of the interface of models that golden cases ask, in float32 whatever the case asks for; an engine must run. */
export const core = {
  async model(input: Parameters<Backend["model"]>[0]): Promise<CoreModel> {
    const network = build(modelSpec.parse({ ...input, dtype: "float32" }));
    return {
      network,
      spec: network.spec,
      tensors: network.tensors,
      forward: async (x, { signal: _, ...options } = {}) => forward(network, x, options),
      gradients: async (x, target, { signal: _, ...options } = {}) => gradients(network, x, target, options),
      inspect: async (x, target, { signal: _, ...options } = {}) => inspect(network, x, target, options),
      read: async (names) => read(network, names && [...names]),
      write: async (tensors) => write(network, tensors),
      dispose: async () => network.dispose(),
    };
  },
};
