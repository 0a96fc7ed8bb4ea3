import * as z from "zod";
import type { Cancellable } from "./backend.ts";
import { abortSignal, validate } from "./validation.ts";

const cancellable = z.looseObject({ signal: abortSignal.optional() });

const names = z.array(z.string()).optional();

/**
 * The options of a call, once they are an object whose signal is one; the other fields are for the schema of the call.
 * @throws AdsamError `usage`, where no compiler has looked.
 */
export function givenOptions<Options extends Cancellable>(options: Options, call: string): Options {
  validate(cancellable, options, call);
  return options;
}

/**
 * Names of tensors; undefined stands for all.
 * @throws AdsamError `usage` for what is no list of names.
 */
export function givenNames(wanted: readonly string[] | undefined, call: string): readonly string[] | undefined {
  return validate(names, wanted, call);
}
