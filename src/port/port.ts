import type { Comparison } from "../conformance/comparison.ts";
import type { ProgramInput } from "../schema/options.ts";
import type { NamedTensors } from "../tensor.ts";

/**
 * A TypeScript function that takes the place of a Python one. It is given one object, of the arguments by the names that they
 * have in Python, defaults included: tensors of TensorFlow.js, also inside of lists and dicts, and all else as it crosses. A
 * `torch.nn.Module`, such as a method's `self`, is `{ attributes, parameters, buffers, training }`. It gives what Python's does.
 */
export type NativeFunction = {
  /** A method, so that a port may say what it asks for. */
  call(values: never): unknown;
}["call"];

/**
 * Whose answer counts, and what is done besides:
 * - `python`: Python's;
 * - `native`: the TypeScript function's, gradients included;
 * - `both`: Python's, once both agree; an error where they part;
 * - `shadow`: Python's; the other is computed beside it for a sample of the calls, and where they part is recorded.
 */
export type PatchMode = "python" | "native" | "both" | "shadow";

/** What a shadow costs, and what it keeps. */
export interface ShadowOptions {
  /** The part of the calls that is sampled; 0.05 unless given. */
  readonly rate?: number | undefined;
  /**
   * The part of the program's time, since the first call, in which sampled calls may be copied, computed again and compared; 0.05
   * unless given. The program takes longer by that at most; 1 is no limit. A sampled call beyond it is left out.
   */
  readonly budget?: number | undefined;
  /** The part of those that Python computes a second time, to see how far its own runs differ; 0.2 unless given, and the first. */
  readonly again?: number | undefined;
  /** How many sampled calls may wait; 16 unless given. */
  readonly pending?: number | undefined;
  /** How many bytes the tensors of a sampled call may have; 64 MiB unless given. */
  readonly maxBytes?: number | undefined;
  /** How many departures are kept; 200 unless given. */
  readonly keep?: number | undefined;
  /** How long the native function may take for a call before no more are compared, in milliseconds; 1000 unless given. */
  readonly patience?: number | undefined;
  /** A folder where departures are written too; see `readDepartures`. */
  readonly record?: string | undefined;
}

/** How a function is patched. */
export interface PatchOptions extends ProgramInput {
  /** `native` unless given. */
  readonly mode?: PatchMode | undefined;
  /** Of the mode `shadow`. */
  readonly shadow?: ShadowOptions | undefined;
}

/** A TypeScript function in the place of a Python one. */
export interface Patch extends AsyncDisposable {
  /** The Python function. */
  readonly target: string;
  /** Where it was put: `module:name`, its own module's and those of the folder that had imported it. */
  readonly places: readonly string[];
  /** What still holds Python's own function, and goes on calling that: a list, a dict, a partial, a closure. */
  readonly held: readonly string[];
  /** What has happened; of a shadow, once what it was told of is compared. */
  report(): Promise<ShadowReport>;
  /** Puts Python's function back. A second time does nothing. */
  dispose(): Promise<void>;
}

/** What a shadow has seen so far. */
export interface ShadowReport {
  /** How often the function was called. */
  readonly calls: number;
  /** How many of the calls were sampled. */
  readonly sampled: number;
  /** On how many of those the native function has been held against Python's answer. */
  readonly compared: number;
  /** Sampled calls that were left out: the budget was spent. */
  readonly overBudget: number;
  /** Sampled calls that were left out: too many waited already. */
  readonly skipped: number;
  /** Sampled calls that were left out: their tensors were too large. */
  readonly tooLarge: number;
  /** Sampled calls in which Python raised an exception, which its caller got. */
  readonly raised: number;
  /** Sampled calls that could not be noted or told to TypeScript, such as one whose arguments do not fit, or whose second run failed. */
  readonly failed: number;
  /** Whether the function draws random numbers: the native one is then held to how far Python's own runs differ. */
  readonly draws: boolean;
  /** How far two runs of Python's own differ in each output, in parts of its size. */
  readonly noise: Readonly<Record<string, number>>;
  /** Where the two parted. */
  readonly departures: readonly Departed[];
  /** Departures beyond what is kept. */
  readonly unrecorded: number;
  /** Why no call is compared any more, where that is so. */
  readonly stopped: string | null;
}

/** A call in which a native function and Python's parted. */
export interface Departed {
  /** The Python function. */
  readonly target: string;
  /** What both were given, by the names of its parameters. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** What Python gave, by name: `output`, or `output.<i>` of several. */
  readonly control: NamedTensors;
  /** What the native function gave; empty where it threw. */
  readonly candidate: NamedTensors;
  /** What was wrong. */
  readonly comparisons: readonly Comparison[];
}
