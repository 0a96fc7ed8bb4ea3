import { dirname, resolve } from "node:path";
import * as z from "zod";
import { AdsamError } from "../../errors.ts";
import { jsonIn } from "../../files.ts";
import { arrayOf, isDtype, kindOf } from "../../tensor/dtypes.ts";
import { toTensor } from "../../tensor/nested.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { validate } from "../../validation.ts";
import { numbers } from "../numbers.ts";
import { readSource } from "../pairs/inputs.ts";
import { checkInputs } from "../pairs/schema.ts";
import type { ProveCase } from "./cases.ts";
import type { Arguments } from "./given.ts";

const caseFile = z
  .array(
    z.strictObject({ id: z.string().min(1), inputs: z.record(z.string(), z.unknown()), edge: z.boolean().optional() }),
  )
  .min(1);

const fromFile = z.looseObject({ file: z.string() });

const typed = z.strictObject({ dtype: z.string(), values: z.unknown() });

/**
 * The cases of a JSON file, each with an `id` and `inputs` by name. Numbers in rows are a float32 tensor, `{ dtype, values }` one of
 * another dtype, `{ plain }` a list or dict as it stands, and `{ seed, shape }`, `{ wave, shape }` and `{ file, tensor }` are read as
 * those of pairs, with paths that start from the folder of the JSON file.
 * @throws AdsamError `file` for a file that cannot be read, `usage` for what is no case.
 */
export async function readCases(path: string): Promise<readonly ProveCase[]> {
  const cases = await casesIn(path);
  return Promise.all(
    cases.map(async ({ id, inputs, edge }) => ({
      id,
      inputs: await readInputs(inputs, dirname(path), `${path}: case ${id}`),
      edge,
    })),
  );
}

/** A JSON file of cases, and the files that its inputs name. */
export async function filesOfCases(path: string): Promise<readonly string[]> {
  const cases = await casesIn(path);
  return [path, ...cases.flatMap(({ inputs }) => filesOfInputs(inputs, dirname(path)))];
}

async function casesIn(path: string): Promise<z.output<typeof caseFile>> {
  return validate(caseFile, await jsonIn(path), path);
}

/**
 * Inputs as JSON has them, in the words of a case file.
 * @param folder that the paths of files start from.
 * @throws AdsamError `usage` for what is none, `file` for a file that cannot be read.
 */
export async function readInputs(
  inputs: Readonly<Record<string, unknown>>,
  folder: string,
  where: string,
): Promise<Arguments> {
  const values = Object.entries(inputs).map(async ([name, value]) => {
    return [name, await readValue(value, folder, `${where}: ${name}`)] as const;
  });
  return Object.fromEntries(await Promise.all(values));
}

/** The files that inputs name, as JSON has them. */
export function filesOfInputs(inputs: Readonly<Record<string, unknown>>, folder: string): readonly string[] {
  return Object.values(inputs).flatMap((value) => {
    const { success, data } = fromFile.safeParse(value);
    return success ? [resolve(folder, data.file)] : [];
  });
}

async function readValue(value: unknown, folder: string, where: string): Promise<unknown> {
  if (Array.isArray(value)) return toTensor(where, value);
  if (typeof value !== "object" || value === null) return value;
  if ("plain" in value) return validate(z.strictObject({ plain: z.unknown() }), value, where).plain;
  if ("dtype" in value) {
    const { dtype, values } = validate(typed, value, where);
    return ofDtype(toTensor(where, values), dtype, where);
  }
  const { input } = checkInputs({ input: value }, where);
  if (input === undefined) throw new Error(`expected a source at ${where}`);
  return readSource("file" in input ? { ...input, file: resolve(folder, input.file) } : input);
}

function ofDtype(given: Tensor, dtype: string, where: string): Tensor {
  if (!isDtype(dtype) || kindOf(dtype) === "complex" || dtype === "float16" || dtype === "bfloat16") {
    throw new AdsamError("usage", `${where}: expected a dtype such as int64 or bool, got ${dtype}`);
  }
  const values = numbers(given);
  const array = arrayOf(dtype);
  const data = new array(new ArrayBuffer(values.length * array.BYTES_PER_ELEMENT), 0, values.length);
  for (const [i, one] of values.entries()) {
    const whole = kindOf(dtype) === "real" || Number.isSafeInteger(one);
    if (!whole) throw new AdsamError("usage", `${where}: expected whole numbers for ${dtype}, got ${one}`);
    data[i] = data instanceof BigInt64Array || data instanceof BigUint64Array ? BigInt(one) : one;
  }
  return tensor(data, given.shape, dtype);
}
