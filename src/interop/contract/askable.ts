import type { AskOptions } from "../asker.ts";
import type { PythonObject } from "../handle.ts";

/** What can be asked in another way: `py.with({ signal }).train(model)`. */
export interface Askable<Kept = unknown> {
  /** The same, asked in this way from now on. `with` is a keyword of Python's, and therefore no name there. */
  with(options: Omit<AskOptions, "keep">): this;
  /** What comes of it stays in Python from now on. */
  with(options: KeepingOptions): Kept;
}

/** How something is asked whose results stay in Python. */
export interface KeepingOptions extends AskOptions {
  /** They do. */
  readonly keep: true;
}

/** What every instance of a client's classes has. */
export interface Instance<Kept = unknown> extends AsyncDisposable, Askable<Kept> {
  /** The object itself, for all that the client does not name: items, iteration, other attributes. */
  readonly $: PythonObject;
  /** Frees it. */
  dispose(): Promise<void>;
}

/** What a call or attribute answers: a value, or what stands for it where results stay in Python. */
export type Answer<Value, Keep extends boolean, Kept = PythonObject> = Promise<Keep extends true ? Kept : Value>;

/** What makes values in Python: a class of a client's, what a client has for a dataclass, a handle. */
export type Maker<Value> =
  | {
      /** Makes one. */
      create(...values: never[]): Promise<Value>;
    }
  | ((...values: never[]) => Promise<Value>)
  | PythonObject;

/** A dict of Python's: an object where its keys are texts, otherwise a Map. */
export type Dict<Key, Value> = [Key] extends [string] ? Readonly<Record<Key, Value>> : ReadonlyMap<Key, Value>;
