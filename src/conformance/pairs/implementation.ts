import type { Backend, Cancellable, TorchBackend } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import type { NamedTensors, Tensor } from "../../tensor.ts";
import type { FunctionPair, Pair } from "./pair.ts";
import { callTfjs } from "./tfjs-function.ts";

/** One implementation, in one dtype. */
export interface Side {
  /** What messages call it. */
  readonly name: string;
  /** Answers for one set of inputs alone, and is asked for no other. */
  readonly once?: boolean | undefined;
  compute(inputs: NamedTensors, options: Cancellable): Promise<NamedTensors>;
  /** The same while its kernels err as much as is known of them, in directions of that seed; absent where nothing is known. */
  erring?(inputs: NamedTensors, seed: number): Promise<NamedTensors>;
}

/** The two implementations that are compared. */
export interface Parties {
  /** Computes in float32, and is judged. */
  readonly candidate: Backend;
  /** Computes in float64 too, which is what the other is judged by. */
  readonly reference: Backend;
}

/** A pair's side on a backend. */
export async function sideOf(pair: Pair, backend: Backend, dtype: "float32" | "float64"): Promise<Side> {
  const { backend: name } = await backend.info();
  if ("compute" in pair) {
    return { name, compute: (inputs, options) => pair.compute(backend, inputs, { ...options, dtype }) };
  }
  if (isTorch(backend)) return { name, compute: (inputs, options) => callTorch(pair, backend, inputs, dtype, options) };
  if (name === "tfjs" && dtype === "float32") {
    return { name, compute: (inputs) => callTfjs(pair.tfjs, inputs, pair.differentiate) };
  }
  throw new AdsamError("usage", `${pair.name}: ${name} calls no functions in ${dtype}`);
}

function isTorch(backend: Backend): backend is TorchBackend {
  return "call" in backend;
}

async function callTorch(
  { torch, folder, differentiate = [] }: FunctionPair,
  backend: TorchBackend,
  inputs: NamedTensors,
  dtype: "float32" | "float64",
  { signal }: Cancellable,
): Promise<NamedTensors> {
  const { outputs, gradients } = await backend.call(torch, inputs, { signal, folder, differentiate, dtype });
  const named: [string, Tensor][] = [
    ...outputs.map((output, i): [string, Tensor] => [`output.${i}`, output]),
    ...Object.entries(gradients).map(([name, gradient]): [string, Tensor] => [`gradient.${name}`, gradient]),
  ];
  return Object.fromEntries(named);
}
