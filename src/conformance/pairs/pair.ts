import type { Backend, Cancellable } from "../../backend.ts";
import type { TfjsTensor } from "../../tensor/tfjs-tensor.ts";
import type { NamedTensors, Tensor } from "../../tensor.ts";

/** The shape of an input, and how its numbers follow from those of the source. */
export interface ScaledSource {
  /** Its length along each axis. */
  readonly shape: readonly number[];
  /** The numbers are offset + scale * those of the source. */
  readonly scale?: number | undefined;
  /** What is added to each number; 0 unless told otherwise. */
  readonly offset?: number | undefined;
}

/**
 * Where an input's numbers come from; they are rounded to float32, so that every side starts from the same ones.
 * - `wave`: the formula wave(k) of docs/golden-format.md, with k the number given;
 * - `seed`: draws from N(0, 1) of a seeded generator;
 * - `file`: the tensor of that name in a safetensors file;
 * - `values`: those given. Booleans and whole numbers stay as they are, and are never perturbed.
 */
export type InputSource =
  | ({
      /** Number of the wave. */
      readonly wave: number;
    } & ScaledSource)
  | ({
      /** Of the generator. */
      readonly seed: number;
    } & ScaledSource)
  | {
      /** Path of a safetensors file. */
      readonly file: string;
      /** Name of the tensor in it. */
      readonly tensor: string;
    }
  | {
      /** The numbers themselves. */
      readonly values: Tensor;
    };

/** Where each input's numbers come from, by name. */
export type InputSources = Readonly<Record<string, InputSource>>;

/** One set of inputs. */
export interface PairCase<Sources = InputSources> {
  /** How it is called in reports. */
  readonly id: string;
  /** By name; a function is asked once, with the backend that is compared against. */
  readonly inputs: Sources | ((reference: Backend) => Promise<Sources>);
  /** How many terms each number of an output, given its name, is summed from; 1 unless told otherwise. */
  readonly reduction?: ((output: string) => number) | undefined;
}

/** What every pair has: a name, and the inputs to compare on. */
export interface NamedPair<Sources = InputSources> {
  /** How it is called in reports. */
  readonly name: string;
  /** The sets of inputs to compare on. */
  readonly cases: readonly PairCase<Sources>[];
}

/**
 * Named tensors in, one tensor or several out; its operations must have gradients for what is differentiated.
 * `TfjsFunction<tf.Tensor>` types the inputs for a function that says nothing of them.
 */
export type TfjsFunction<Input extends TfjsTensor = TfjsTensor> = {
  /** A method, so that a port may ask for a tf.Tensor4D where any tensor may come. */
  call(inputs: Readonly<Record<string, Input>>): TfjsTensor | readonly TfjsTensor[];
}["call"];

/** How a side computes. */
export interface ComputeOptions extends Cancellable {
  /** What to compute in. */
  readonly dtype: "float32" | "float64";
}

/** One question put to two backends, such as a model's gradients: the package's own layers, models, losses and steps. */
export interface BackendPair extends NamedPair {
  /** Everything that is compared, by name. */
  readonly compute: (backend: Backend, inputs: NamedTensors, options: ComputeOptions) => Promise<NamedTensors>;
}
