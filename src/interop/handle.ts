import { AdsamError } from "../errors.ts";
import type { Operation } from "../schema/interop.ts";
import type { NamedTensors, Tensor } from "../tensor.ts";
import type { Asker, AskOptions, Cotangents } from "./asker.ts";
import { Kept } from "./kept.ts";
import { type SynchronousObject, synchronousOf } from "./synchronous.ts";
import type { Handle } from "./wire.ts";

/** What stands for an object that Python keeps. */
export let objectOf: (asker: Asker, handle: Handle) => PythonObject;
/** The number of an object, for the one who asks for it; undefined for another. @throws AdsamError `usage` when it was disposed of. */
export let numberFor: (object: PythonObject, asker: Asker) => number | undefined;
/** Its class in words, with what keeps it in Python where others of the class cross: a torch.Tensor of dtype float8_e5m2. */
export let kindOf: (object: PythonObject) => string;

/** What entering a context manager gave; it is left at the end of the block that `await using` it. */
export interface Entered<Value> extends AsyncDisposable {
  /** What stands after `as` in Python. */
  readonly value: Value;
}

/** A function's value somewhere, and J t there. */
export interface Pushforward<Value> {
  /** What the function gave. */
  readonly value: Value;
  /** J t: one for each tensor that came out, in order. */
  readonly tangents: readonly Tensor[];
}

/** A function's value somewhere, and its derivative there; freed as a handle is. */
export interface Pullback<Value> extends AsyncDisposable {
  /** What the function gave. */
  readonly value: Value;
  /**
   * v^T J.
   * @param cotangents v: one for each tensor that came out, in order; a number stands for a tensor full of it, null for zeros.
   * @throws AdsamError `usage` for another number of them, and for shapes that do not fit.
   */
  pullback(...cotangents: readonly (Tensor | PythonObject | number | null)[]): Promise<Cotangents>;
  /** Frees what it holds. */
  dispose(): Promise<void>;
}

/**
 * An object that stays in Python. It is freed by `await using`, by `dispose()`, and when it is garbage collected here.
 *
 * Its methods reject with an AdsamError: `usage` for an argument that cannot cross or a name that is not there, `python` with
 * the exception that Python raised, `crashed` and `closed` when its session has ended, and with whatever a function of
 * TypeScript's threw that Python called meanwhile.
 */
export class PythonObject implements AsyncDisposable, AsyncIterable<unknown> {
  /** Its class, such as `torch.nn.modules.linear.Linear`. */
  readonly type: string;
  readonly #kept: Kept;
  readonly #handle: Handle;
  readonly #options: AskOptions;

  private constructor(kept: Kept, handle: Handle, options: AskOptions = {}) {
    this.type = handle.type;
    this.#kept = kept;
    this.#handle = handle;
    this.#options = options;
  }

  static {
    objectOf = (asker, handle) => new PythonObject(new Kept(asker, handle.number), handle);
    numberFor = (object, asker) => {
      object.#kept.requireLife(object.type);
      return asker === object.#kept.asker ? object.#kept.number : undefined;
    };
    kindOf = (object) => [object.type, object.#handle.detail].filter(Boolean).join(" ");
  }

  /** The same object, asked in this way from now on: `model.with({ signal })`. */
  with(options: AskOptions): PythonObject {
    return new PythonObject(this.#kept, this.#handle, { ...this.#options, ...options });
  }

  /** What calling it gives: a function's result, an instance of a class. Arguments by name come last, as `keywords({ … })`. */
  call<Result = unknown>(...values: readonly unknown[]): Promise<Result> {
    return this.#ask("call", values);
  }

  /** What a method gives. */
  method<Result = unknown>(name: string, ...values: readonly unknown[]): Promise<Result> {
    return this.#ask("method", [name, ...values]);
  }

  /** An attribute. */
  get<Result = unknown>(name: string): Promise<Result> {
    return this.#ask("get", [name]);
  }

  /** Writes an attribute. */
  async set(name: string, value: unknown): Promise<void> {
    await this.#ask("set", [name, value]);
  }

  /** Its `len()`. */
  length(): Promise<number> {
    return this.#ask("length", []);
  }

  /** What stands at an index or key. */
  item<Result = unknown>(key: unknown): Promise<Result> {
    return this.#ask("item", [key]);
  }

  /** Writes at an index or key. */
  async setItem(key: unknown, value: unknown): Promise<void> {
    await this.#ask("setItem", [key, value]);
  }

  /** Removes what stands at an index or key. */
  async removeItem(key: unknown): Promise<void> {
    await this.#ask("removeItem", [key]);
  }

  /** Whether it holds a value. */
  contains(value: unknown): Promise<boolean> {
    return this.#ask("contains", [value]);
  }

  /** Whether two handles stand for the same object. */
  same(other: PythonObject): Promise<boolean> {
    return this.#ask("same", [other]);
  }

  /** The names of what it has, without those that begin with an underscore. */
  names(): Promise<string[]> {
    return this.#ask("names", []);
  }

  /** As Python's `str()` writes it. */
  text(): Promise<string> {
    return this.#ask("text", []);
  }

  /**
   * What it gives for these arguments, and v to v^T J there: the derivative with respect to all real and complex tensors among the
   * arguments, and to the parameters of the module that it is, or is a method of.
   * @example
   *     await using at = await f.vjp(x, y);
   *     const { inputs } = await at.pullback(1); // of a scalar
   */
  async vjp<Value = unknown>(...values: readonly unknown[]): Promise<Pullback<Value>> {
    const [value, pull] = await this.#ask<[Value, PythonObject]>("vjp", values);
    const dispose = () => pull.dispose();
    const pullback = (...cotangents: readonly unknown[]) => pull.call<Cotangents>(...cotangents);
    return { value, pullback, dispose, [Symbol.asyncDispose]: dispose };
  }

  /**
   * What it gives for these arguments, and J t there.
   * @param tangents t, by the places and names of arguments: `{ 0: dx, scale: ds }`; zeros for those without one.
   */
  async jvp<Value = unknown>(tangents: NamedTensors, ...values: readonly unknown[]): Promise<Pushforward<Value>> {
    const [value, found] = await this.#ask<[Value, Tensor[]]>("jvp", [tangents, ...values]);
    return { value, tangents: found };
  }

  /**
   * Enters a context manager: `await using entered = await manager.enter()`. Its `__exit__` is given no error, since JavaScript
   * tells none; use `within` where it matters, as for a transaction.
   */
  async enter<Value = unknown>(): Promise<Entered<Value>> {
    const value = await this.#ask<Value>("enter", []);
    const leave = async () => {
      await this.#ask("exit", []);
    };
    return { value, [Symbol.asyncDispose]: leave };
  }

  /**
   * What `work` gives, inside a context manager as in Python's `with`: where it throws, `__exit__` is given the error, and may
   * hold it back, in which case undefined comes.
   * @example
   *     await connection.within(async (cursor: PythonObject) => cursor.method("execute", statement));
   */
  async within<Value, Result>(work: (value: Value) => Result | Promise<Result>): Promise<Result | undefined> {
    let result: Result | undefined;
    const inside = async (value: Value) => {
      result = await work(value);
    };
    await this.#ask("within", [inside]);
    return result;
  }

  /**
   * The same object for code that cannot wait, such as a function that `tf.grads` differentiates: see `SynchronousObject`.
   * @throws AdsamError `usage` for an object that is asked with `signal` or `onOutput`: neither can fire while nothing else happens.
   */
  async synchronous(): Promise<SynchronousObject> {
    const { signal, onOutput } = this.#options;
    if (signal !== undefined || onOutput !== undefined) {
      throw new AdsamError("usage", `synchronous: expected no ${signal ? "signal" : "onOutput"}, got one`, {
        suggestion: "nothing else happens here while Python answers: leave it out",
      });
    }
    const ask = await this.#kept.asker.blocking();
    const { program } = this.#handle;
    return synchronousOf(this, (operation, values) => ask(operation, program, values, this.#options));
  }

  /** A module as its file is now. Handles to what it held before keep that. */
  async reload(): Promise<void> {
    await this.#ask("reload", []);
  }

  /** For people: `[PythonObject research.Meter]`. Python's own word is `text()`. */
  toString(): string {
    return `[PythonObject ${this.type}]`;
  }

  /**
   * What iterating over it gives. Python computes the next value when it is asked for; leaving the loop closes a generator, and
   * rejects with what that raises.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void, undefined> {
    const kept: PythonObject = await this.with({ keep: true }).#ask("iterate", []);
    const asked = kept.with(this.#options);
    const iterator = kept.with({ signal: undefined }); // also what was given up is closed
    let failed = false;
    const next = async () => {
      this.#kept.requireLife(this.type);
      return asked.#ask<unknown[]>("next", []);
    };
    const fail = (error: unknown): never => {
      failed = true; // which says more than what closing it may then raise
      throw error;
    };
    try {
      while (true) {
        const values = await next().catch(fail);
        if (values.length === 0) return;
        yield values[0];
      }
    } finally {
      const closed = iterator.#ask("close", []).finally(() => iterator.dispose());
      await (failed ? closed.catch(() => {}) : closed);
    }
  }

  /** Frees it: at once here, and in Python once what was asked before has been answered. A second time does nothing. */
  async dispose(): Promise<void> {
    this.#kept.release();
  }

  /** The same as `dispose`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #ask<Result>(operation: Operation, values: readonly unknown[]): Promise<Result> {
    this.#kept.requireLife(this.type);
    const answer = this.#kept.asker.ask(operation, this.#handle.program, [this, ...values], this.#options);
    return (await answer) as Result;
  }
}
