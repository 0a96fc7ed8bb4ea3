import { AsyncLocalStorage } from "node:async_hooks";
import { AdsamError } from "../errors.ts";
import { originOf } from "../torch/failures.ts";
import type { Callback } from "./wire.ts";

/** The question that the code which runs now answers: what it asks of Python, the thread does that waits for the answer. */
export const questionAtHand = new AsyncLocalStorage<number>();

/** A session's functions that Python may call, and the errors that they threw into it. */
export class Callbacks {
  readonly #numbers = new Map<Callback, number>();
  readonly #functions = new Map<number, { readonly call: Callback; sent: number }>();
  readonly #thrown = new Map<number, unknown>();
  #given = 0;
  #thrownSoFar = 0;

  /** The number under which Python may call a function; counted, since it may come back forgotten while it is sent again. */
  number(call: Callback): number {
    const known = this.#numbers.get(call);
    const entry = known === undefined ? undefined : this.#functions.get(known);
    if (known !== undefined && entry !== undefined) {
      entry.sent += 1;
      return known;
    }
    this.#given += 1;
    this.#numbers.set(call, this.#given);
    this.#functions.set(this.#given, { call, sent: 1 });
    return this.#given;
  }

  /** The function of a number; undefined for one that was forgotten. */
  function(number: number): Callback | undefined {
    return this.#functions.get(number)?.call;
  }

  /** Python will not call it any more, if it was not sent again meanwhile. */
  forget(number: number, times: number): void {
    const entry = this.#functions.get(number);
    if (entry === undefined) return;
    entry.sent -= times;
    if (entry.sent > 0) return;
    this.#functions.delete(number);
    this.#numbers.delete(entry.call);
  }

  /** How many functions Python may call. */
  get size(): number {
    return this.#functions.size;
  }

  /** The number of an error that is thrown into Python. */
  throwing(error: unknown): number {
    this.#thrownSoFar += 1;
    this.#thrown.set(this.#thrownSoFar, error);
    return this.#thrownSoFar;
  }

  /** Nothing is under way that could still tell of them. */
  forgetThrown(): void {
    this.#thrown.clear();
  }

  /** The error itself, where Python tells of one that was thrown into it. */
  thrownOr(error: unknown): unknown {
    const number = error instanceof AdsamError ? originOf(error).thrown : null;
    return number !== null && this.#thrown.has(number) ? this.#thrown.get(number) : error;
  }
}
