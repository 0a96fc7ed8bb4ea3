import * as z from "zod";
import { callback, validate } from "../../validation.ts";
import { backendPair, checkDifferentiated, checkInputs, named, sources } from "../pairs/schema.ts";
import { proofShape, refuseGradientsOfArrays } from "../prove/options.ts";
import type { ArgumentSources, FunctionPair, NamedPort, Pair } from "./twin.ts";

const argumentSource = z.union([...sources, z.strictObject({ plain: z.unknown() })], {
  error: "expected wave, seed, file, values or plain, with what belongs to each",
});
const argumentSources = z.record(z.string(), argumentSource);

const { torch, folder, argv, cuda, init, make, call, as, differentiate, dtype, draws } = proofShape;
const functionPair = z
  .strictObject({
    ...named,
    torch,
    folder: folder.unwrap().optional(),
    argv: argv.unwrap().optional(),
    cuda: cuda.unwrap().optional(),
    init,
    make,
    call: call.unwrap().optional(),
    as: as.unwrap().optional(),
    differentiate: differentiate.unwrap().optional(),
    dtype: dtype.unwrap().optional(),
    draws: draws.unwrap().optional(),
    tfjs: callback<NamedPort>(),
  })
  .check(({ value, issues }) => refuseGradientsOfArrays(value, issues));

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

function checkFunctionPair(value: unknown, where: string): FunctionPair {
  const pair: FunctionPair = validate(functionPair, value, where);
  for (const [i, { inputs }] of pair.cases.entries()) {
    if (typeof inputs === "function") continue;
    const names = Object.keys(checkArguments(inputs, `${where}: cases.${i}`));
    const ofInputs = pair.differentiate?.filter((name) => !name.startsWith("state."));
    checkDifferentiated({ differentiate: ofInputs }, names, where);
  }
  return pair;
}

/** @throws AdsamError `usage` for what is no argument of a function. */
export function checkArguments(inputs: unknown, where: string): ArgumentSources {
  return validate(argumentSources, inputs, `${where}: inputs`);
}
