import type { Operation } from "../schema/interop.ts";
import type { Program } from "../schema/options.ts";
import type { NamedTensors } from "../tensor.ts";

/** How something is asked of Python. */
export interface AskOptions {
  /** Gives it up: its promise rejects with an AdsamError of code `cancelled`, and what runs in Python is broken off. */
  readonly signal?: AbortSignal | undefined;
  /** What comes out stays in Python, and a handle stands for it: a tensor goes into the next call without being copied. */
  readonly keep?: boolean | undefined;
  /** Told each line that is printed meanwhile. */
  readonly onOutput?: ((line: string, stream: "stdout" | "stderr") => void) | undefined;
  /**
   * Told each tensor, array, object, Map, Set and bytearray among the arguments that Python has changed in place, by its place
   * there, such as `[0]` or `weight`. It holds what Python made of it by then, where it can: one that is frozen, and a tensor or
   * bytes of another size, are told alone.
   */
  readonly onChanged?: ((place: string, now: object) => void) | undefined;
}

/** What a handle needs of its session. */
export interface Asker {
  /** What asks by blocking. */
  blocking(): Promise<BlockingAsk>;
  ask(operation: Operation, program: Program, values: readonly unknown[], options: AskOptions): Promise<unknown>;
  release(number: number): void;
}

/** Asks, and gives the answer itself. */
export type BlockingAsk = (
  operation: Operation,
  program: Program,
  values: readonly unknown[],
  options: AskOptions,
) => unknown;

/** What v^T J is. What played no part has zeros. */
export interface Cotangents {
  /** Of arguments, by their places and names. */
  readonly inputs: NamedTensors;
  /** Of the module's parameters, by their names. */
  readonly parameters: NamedTensors;
}
