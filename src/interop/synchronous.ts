import type { Operation } from "../schema/interop.ts";
import type { Tensor } from "../tensor.ts";
import type { Cotangents } from "./asker.ts";

/** A function's value somewhere, and its derivative there, without waiting. */
export interface SynchronousPullback<Value> {
  /** What the function gave. */
  readonly value: Value;
  /** v^T J; see `Pullback.pullback`. */
  pullback(...cotangents: readonly (Tensor | number | null)[]): Cotangents;
  /** Frees what it holds. */
  dispose(): void;
}

/** Asks, and gives the answer itself. */
type Ask = (operation: Operation, values: readonly unknown[]) => unknown;

/** The same object for code that cannot wait. */
export let synchronousOf: (object: object, ask: Ask) => SynchronousObject;

/**
 * A Python object for code that cannot wait: Node does nothing else until Python has answered. Elsewhere ask with `await`.
 *
 * Its methods throw what those of `PythonObject` reject with; and `usage` while Python is busy with something else of this
 * backend's, and where Python calls a function of TypeScript's meanwhile.
 */
export class SynchronousObject {
  readonly #object: object;
  readonly #ask: Ask;

  private constructor(object: object, ask: Ask) {
    this.#object = object;
    this.#ask = ask;
  }

  static {
    synchronousOf = (object, ask) => new SynchronousObject(object, ask);
  }

  /** What calling it gives. Arguments by name come last, as `keywords({ … })`. */
  call<Result = unknown>(...values: readonly unknown[]): Result {
    return this.#ask("call", [this.#object, ...values]) as Result;
  }

  /** What a method gives. */
  method<Result = unknown>(name: string, ...values: readonly unknown[]): Result {
    return this.#ask("method", [this.#object, name, ...values]) as Result;
  }

  /** An attribute. */
  get<Result = unknown>(name: string): Result {
    return this.#ask("get", [this.#object, name]) as Result;
  }

  /** What it gives for these arguments, and v to v^T J there; see `PythonObject.vjp`. */
  vjp<Value = unknown>(...values: readonly unknown[]): SynchronousPullback<Value> {
    const [value, pull] = this.#ask("vjp", [this.#object, ...values]) as [Value, { dispose(): Promise<void> }];
    const pullback = (...cotangents: readonly unknown[]) => this.#ask("call", [pull, ...cotangents]) as Cotangents;
    return { value, pullback, dispose: () => void pull.dispose() };
  }
}
