import type { TfjsTensor } from "../../tensor/tfjs-tensor.ts";
import type { BackendPair, InputSource, NamedPair } from "../pairs/pair.ts";
import type { ProveOptions } from "../prove/options.ts";

/** What an argument of a function is: where a tensor's numbers come from, or a value that is no tensor, as it stands. */
export type ArgumentSource =
  | InputSource
  | {
      /** A number, a text, a list: whatever Python takes. */
      readonly plain: unknown;
    };

/** What each argument is, by name. */
export type ArgumentSources = Readonly<Record<string, ArgumentSource>>;

/**
 * A function by the names of Python's arguments. Where Python draws, or changes something that it keeps, the port has the draws and
 * the state in `context`, as that of `prove`; whatever `prove` takes of a port, it may give.
 */
export type NamedPort<Input extends TfjsTensor = TfjsTensor> = {
  /** A method, as that of `TfjsFunction`. */
  call(inputs: Readonly<Record<string, Input>>, context: PortContext<Input>): unknown;
}["call"];

/** What a port is given beside its arguments. */
export interface PortContext<Input extends TfjsTensor = TfjsTensor> {
  /** Parameters, buffers and moments that Python starts from, by name. */
  readonly state: Readonly<Record<string, Input>>;
  /** What Python has drawn, by name. */
  readonly draws: Readonly<Record<string, Input>>;
  /** The file and line that drew it, by the same names. */
  readonly sites: Readonly<Record<string, string>>;
}

/**
 * The same operation written twice: a Python function and a TypeScript function, which is judged as `prove` judges it.
 * `FunctionPair<tf.Tensor>` types the inputs of the latter.
 */
export interface FunctionPair<Input extends TfjsTensor = TfjsTensor>
  extends NamedPair<ArgumentSources>,
    Pick<
      ProveOptions,
      "torch" | "folder" | "argv" | "cuda" | "init" | "make" | "call" | "as" | "differentiate" | "dtype" | "draws"
    > {
  /** The same in TensorFlow.js. It gets one object of the arguments by name, unless `call` says otherwise. */
  readonly tfjs: NamedPort<Input>;
}

/** Two implementations of an operation, and the inputs on which they must agree. */
export type Pair = FunctionPair | BackendPair;
