import * as z from "zod";
import type { Cancellable } from "./backend.ts";
import type { Split } from "./data/dataset.ts";
import { AdsamError } from "./errors.ts";
import { checkTensor } from "./tensor.ts";
import { abortSignal, nearest, validate } from "./validation.ts";

const cancellable = z.looseObject({ signal: abortSignal.optional() });

/**
 * Holds the options of a call to those that it has; what they are is for the schema of each.
 * @throws AdsamError `usage` that names each other one, and what it may have meant.
 */
export function refuseUnknownOptions<Options extends object>(
  options: Options,
  known: Readonly<Record<keyof Options, true>>,
  call: string,
): void {
  const names = Object.keys(known);
  const unknown = Object.keys(options).filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  const problems = unknown.map((name) => `unknown field ${name}: ${nearest(name, names)}`);
  throw new AdsamError("usage", `${call}: ${problems.join("; ")}`);
}

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

/**
 * Batches of images and labels.
 * @throws AdsamError `usage` for what is no list of them.
 */
export function givenBatches(batches: readonly Split[], call: string): readonly Split[] {
  if (!Array.isArray(batches)) {
    throw new AdsamError("usage", `${call}: expected a list of batches, got ${batches}`, {
      suggestion: "give [{ images, labels }]",
    });
  }
  for (const [j, batch] of batches.entries()) {
    checkTensor(batch?.images, `${call}: images of batch ${j}`);
    checkTensor(batch?.labels, `${call}: labels of batch ${j}`);
  }
  return batches;
}
