import * as z from "zod";
import { AdsamError } from "../../errors.ts";
import { count } from "../../schema/numbers.ts";
import { isTensor, type Tensor } from "../../tensor.ts";
import { callback, nearest, validate } from "../../validation.ts";
import type { BackendPair, InputSources, PairCase } from "./pair.ts";

const scaled = { shape: z.array(count), scale: z.number().optional(), offset: z.number().optional() };

/** Where the numbers of a tensor may come from. */
export const sources = [
  z.strictObject({ wave: count, ...scaled }),
  z.strictObject({ seed: count, ...scaled }),
  z.strictObject({ file: z.string().min(1), tensor: z.string().min(1) }),
  z.strictObject({ values: z.custom<Tensor>(isTensor, "expected a tensor") }),
] as const;
const inputSource = z.union(sources, { error: "expected wave, seed, file or values, with what belongs to each" });
const inputSources = z.record(z.string(), inputSource);

/** What all pairs have. */
export const named = {
  name: z.string().min(1),
  cases: z
    .array(
      z.strictObject({
        id: z.string(),
        inputs: z.custom<never>((value) => value !== undefined, "expected inputs by name"),
        reduction: callback<NonNullable<PairCase["reduction"]>>().optional(),
      }),
    )
    .min(1),
};

/** The schema of a question put to two backends. */
export const backendPair = z.strictObject({ ...named, compute: callback<BackendPair["compute"]>() });

/** @throws AdsamError `usage` for what is no source of numbers. */
export function checkInputs(inputs: unknown, where: string): InputSources {
  return validate(inputSources, inputs, `${where}: inputs`);
}

/** @throws AdsamError `usage` where a gradient is wanted of what is no input. */
export function checkDifferentiated(
  { differentiate = [] }: { readonly differentiate?: readonly string[] | undefined },
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
