import type { Program } from "../schema/options.ts";

/**
 * Values on their way between the languages, as JSON in which "$" tells what JSON has no word for; adsam_bridge/interop
 * has the other side. Tensors travel beside it, by the names that it has for them.
 */
export type Wire = null | boolean | number | string | readonly Wire[] | { readonly [key: string]: Wire };

/** A function of the user's that Python may call. */
export type Callback = (...values: never[]) => unknown;

/** What an object that stays in Python is, as Python tells it. */
export interface Handle {
  /** Its number in the session. */
  readonly number: number;
  /** Its class. */
  readonly type: string;
  /** What keeps it there where others of its class cross: "of dtype float8_e5m2". */
  readonly detail?: string | undefined;
  /** The program that it belongs to. */
  readonly program: Program;
}
