import type { Tensor as TfTensor } from "@tensorflow/tfjs-core";
import type { Backend, Cancellable } from "../../backend.ts";
import type { NamedTensors, Tensor } from "../../tensor.ts";

interface Spread {
  readonly shape: readonly number[];
  /** The numbers are offset + scale * those of the source. */
  readonly scale?: number;
  readonly offset?: number;
}

/**
 * Where an input's numbers come from; they are rounded to float32, so that every side starts from the same ones.
 * - `wave`: the formula wave(k) of docs/golden-format.md, with k the number given;
 * - `seed`: draws from N(0, 1) of a seeded generator;
 * - `file`: the tensor of that name in a safetensors file;
 * - `values`: those given. Whole numbers (int64, uint8) stay as they are, and are never perturbed.
 */
export type InputSource =
  | ({ readonly wave: number } & Spread)
  | ({ readonly seed: number } & Spread)
  | { readonly file: string; readonly tensor: string }
  | { readonly values: Tensor };

export type InputSources = Readonly<Record<string, InputSource>>;

export interface PairCase {
  readonly id: string;
  /** By name; a function is asked once, with the backend that is compared against. */
  readonly inputs: InputSources | ((reference: Backend) => Promise<InputSources>);
  /** How many terms each number of an output, given its name, is summed from; 1 unless told otherwise. */
  readonly reduction?: (output: string) => number;
}

interface NamedPair {
  readonly name: string;
  readonly cases: readonly PairCase[];
}

/** Named tensors in, one tensor or several out; its operations must have gradients for what is differentiated. */
export type TfjsFunction = (inputs: Readonly<Record<string, TfTensor>>) => TfTensor | readonly TfTensor[];

/** The same operation written twice: a Python function and a TensorFlow.js function. */
export interface FunctionPair extends NamedPair {
  /** `package.module:function`, called with tensors as keyword arguments; it returns a tensor or a sequence of them. */
  readonly torch: string;
  /** Where to look for the module besides Python's own path; the working directory unless told otherwise. */
  readonly folder?: string;
  readonly tfjs: TfjsFunction;
  /** Inputs whose gradients of sum_i(output_i * wave(400 + i)) are compared too. */
  readonly differentiate?: readonly string[];
}

export interface ComputeOptions extends Cancellable {
  /** What to compute in. */
  readonly dtype: "float32" | "float64";
}

/** One question put to two backends, such as a model's gradients: the package's own layers, models, losses and steps. */
export interface BackendPair extends NamedPair {
  /** Everything that is compared, by name. */
  readonly compute: (backend: Backend, inputs: NamedTensors, options: ComputeOptions) => Promise<NamedTensors>;
}

/** Two implementations of an operation, and the inputs on which they must agree. */
export type Pair = FunctionPair | BackendPair;
