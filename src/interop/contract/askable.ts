import type { AskOptions } from "../asker.ts";
import type { PythonObject } from "../handle.ts";
import type { Instance } from "./instance.ts";

/** What can be asked in another way: `py.with({ signal }).train(model)`. */
export interface Askable {
  /** The same, asked in this way from now on. `with` is a keyword of Python's, and therefore no name there. */
  with(options: AskOptions & { readonly keep?: false | undefined }): this;
  with(options: AskOptions & { readonly keep: true }): Keeping<this>;
}

/** A module, class or instance whose results stay in Python. */
export type Keeping<Members> = {
  readonly [Name in Exclude<keyof Members, "with">]: KeptMember<Members[Name]>;
} & { with(options: Omit<AskOptions, "keep">): Keeping<Members> };

/** A function with as many forms as a client writes, from more to fewer: TypeScript infers the last ones alone. */
type KeptMember<Member> =
  Member extends Promise<infer Value>
    ? Promise<KeptValue<Value>>
    : Member extends { readonly $: PythonObject; readonly create: unknown }
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

/** An instance of the client's class is one all the same, and None is null. */
type KeptValue<Value> = unknown extends Value
  ? PythonObject | null
  : Value extends Instance | null | undefined
    ? Value
    : PythonObject;
