import * as z from "zod";
import type { CallOptions, CallResult } from "../backend.ts";
import { callOptions } from "../schema/options.ts";
import { checkTensors, type NamedTensors } from "../tensor.ts";
import { withPrefix } from "../torch/bundle.ts";
import type { Requests } from "../torch/requests.ts";
import { validate } from "../validation.ts";
import { checkDifferentiable } from "./differentiable.ts";
import { programOf } from "./program.ts";

/** What `TorchBackend.call` does. */
export async function call(
  requests: Requests,
  target: string,
  inputs: NamedTensors,
  { signal, ...rest }: CallOptions,
): Promise<CallResult> {
  const { folder, argv, cuda, ...options } = validate(callOptions, rest, "call");
  checkTensors(inputs, "inputs");
  checkDifferentiable(inputs, options.differentiate);
  const request = {
    ...options,
    target: validate(z.string(), target, "call"),
    program: programOf({ folder, argv, cuda }, "call"),
    tensors: inputs,
  };
  const { tensors } = await requests.run("call", request, { signal });
  return { outputs: Object.values(withPrefix(tensors, "output/")), gradients: withPrefix(tensors, "gradient/") };
}
