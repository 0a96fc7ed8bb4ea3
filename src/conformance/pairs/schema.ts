import * as z from "zod";
import { AdsamError } from "../../errors.ts";
import { count } from "../../schema/numbers.ts";
import { isTensor, type Tensor } from "../../tensor.ts";
import { callback, nearest, validate } from "../../validation.ts";
import type { BackendPair, FunctionPair, InputSources, Pair, PairCase, TfjsFunction } from "./pair.ts";

const scaled = { shape: z.array(count), scale: z.number().optional(), offset: z.number().optional() };

const inputSource = z.union(
  [
    z.strictObject({ wave: count, ...scaled }),
    z.strictObject({ seed: count, ...scaled }),
    z.strictObject({ file: z.string().min(1), tensor: z.string().min(1) }),
    z.strictObject({ values: z.custom<Tensor>(isTensor, "expected a tensor") }),
  ],
  { error: "expected wave, seed, file or values, with what belongs to each" },
);
const inputSources = z.record(z.string(), inputSource);

const named = {
  name: z.string().min(1),
  cases: z
    .array(
      z.strictObject({
        id: z.string(),
        inputs: z.custom<PairCase["inputs"]>((value) => value !== undefined, "expected inputs by name"),
        reduction: callback<NonNullable<PairCase["reduction"]>>().optional(),
      }),
    )
    .min(1),
};

const functionPair = z.strictObject({
  ...named,
  torch: z.string().regex(/^[^:]+:[^:]+$/, { error: 'expected "package.module:function"' }),
  folder: z.string().min(1).optional(),
  tfjs: callback<TfjsFunction>(),
  differentiate: z.array(z.string()).optional(),
});

const backendPair = z.strictObject({ ...named, compute: callback<BackendPair["compute"]>() });

/**
 * A pair of the user's, checked.
 * @param where what errors call it.
 * @throws AdsamError `usage` that names each field that is wrong or unknown.
 */
export function checkPair(value: unknown, where: string): Pair {
  const asksBackends = typeof value === "object" && value !== null && "compute" in value;
  if (!asksBackends) return checkFunctionPair(value, where);
  const pair = validate(backendPair, value, where);
  for (const [i, { inputs }] of pair.cases.entries()) {
    if (typeof inputs !== "function") checkInputs(inputs, `${where}: cases.${i}`);
  }
  return pair;
}

/** The same of a pair of functions. */
export function checkFunctionPair(value: unknown, where: string): FunctionPair {
  const pair = validate(functionPair, value, where);
  for (const [i, { inputs }] of pair.cases.entries()) {
    if (typeof inputs !== "function")
      checkDifferentiated(pair, Object.keys(checkInputs(inputs, `${where}: cases.${i}`)), where);
  }
  return pair;
}

/** @throws AdsamError `usage` for what is no source of numbers. */
export function checkInputs(inputs: unknown, where: string): InputSources {
  return validate(inputSources, inputs, `${where}: inputs`);
}

/** @throws AdsamError `usage` where a gradient is wanted of what is no input. */
export function checkDifferentiated(
  { differentiate = [] }: Pick<FunctionPair, "differentiate">,
  inputs: readonly string[],
  where: string,
): void {
  const unknown = differentiate.find((name) => !inputs.includes(name));
  if (unknown === undefined) return;
  throw new AdsamError("usage", `${where}: differentiate: unknown input ${unknown}: ${nearest(unknown, inputs)}`);
}

/** @throws AdsamError `usage` where it is said how many terms an output is summed from that there is not. */
export function checkReductions(
  reductions: Readonly<Record<string, number>>,
  outputs: readonly string[],
  where: string,
): void {
  const unknown = Object.keys(reductions).find((name) => !outputs.includes(name));
  if (unknown === undefined) return;
  throw new AdsamError("usage", `${where}: reductions: unknown output ${unknown}: ${nearest(unknown, outputs)}`);
}
