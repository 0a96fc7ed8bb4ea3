import type { AskOptions } from "../asker.ts";
import type { PythonObject } from "../handle.ts";

/** What can be asked in another way: `py.with({ signal }).train(model)`. */
export interface Askable {
  /** The same, asked in this way from now on. `with` is a keyword of Python's, and therefore no name there. */
  with(options: Omit<AskOptions, "keep">): this;
  /** What comes of it stays in Python from now on. */
  with(options: KeepingOptions): Keeping<this>;
}

/** How something is asked whose results stay in Python. */
export interface KeepingOptions extends AskOptions {
  /** They do. */
  readonly keep: true;
}

/** What every instance of a client's classes has. */
export interface Instance extends AsyncDisposable, Askable {
  /** The object itself, for all that the client does not name: items, iteration, other attributes. */
  readonly $: PythonObject;
  /** Frees it. */
  dispose(): Promise<void>;
}

/** A module, class or instance whose results stay in Python. */
export type Keeping<Members> = {
  readonly [Name in Exclude<keyof Members, "with">]: KeptMember<Members[Name]>;
} & {
  /** The same, asked in this way from now on. */
  with(options: Omit<AskOptions, "keep">): Keeping<Members>;
};

/**
 * A member of it: a function gives handles. It keeps up to three forms; of more TypeScript infers the last ones alone.
 */
export type KeptMember<Member> =
  Member extends Promise<infer Value>
    ? Promise<KeptValue<Value>>
    : Member extends Readonly<Record<"$" | "create", unknown>>
      ? Keeping<Member>
      : Member extends {
            (...values: infer A): Promise<infer R>;
            (...values: infer B): Promise<infer S>;
            (...values: infer C): Promise<infer T>;
          }
        ? {
            (...values: A): Promise<KeptValue<R>>;
            (...values: B): Promise<KeptValue<S>>;
            (...values: C): Promise<KeptValue<T>>;
          }
        : Member extends {
              (...values: infer A): Promise<infer R>;
              (...values: infer B): Promise<infer S>;
            }
          ? { (...values: A): Promise<KeptValue<R>>; (...values: B): Promise<KeptValue<S>> }
          : Member extends (...values: infer A) => Promise<infer R>
            ? (...values: A) => Promise<KeptValue<R>>
            : Member;

/** What a call gives then: an instance of the client's class is one all the same, and None is null. */
export type KeptValue<Value> = unknown extends Value
  ? PythonObject | null
  : Value extends Instance | null | undefined
    ? Value
    : PythonObject;
