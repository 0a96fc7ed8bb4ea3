import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { AdsamError } from "../../errors.ts";
import { validate } from "../../validation.ts";
import type { Pair } from "./pair.ts";

const twinShape = z.looseObject({
  name: z.string().min(1),
  torch: z.string().optional(),
  tfjs: z.custom((value) => typeof value === "function", "expected a function").optional(),
  compute: z.custom((value) => typeof value === "function", "expected a function").optional(),
  differentiate: z.array(z.string()).optional(),
  cases: z.array(z.looseObject({ id: z.string(), inputs: z.unknown() })).min(1),
});

function isTwin(value: z.output<typeof twinShape>): boolean {
  return value.compute !== undefined || (value.torch !== undefined && value.tfjs !== undefined);
}

/**
 * The twins that a module exports, as `twins` or by default: one, or a list of them. JavaScript always loads;
 * TypeScript where Node strips types itself (22.18 and later) or tsx is installed.
 * @throws AdsamError `file` for a module that cannot be loaded, `usage` for one that exports something else.
 */
export async function loadPairs(path: string): Promise<Pair[]> {
  const module = await load(resolve(path));
  const exported = Reflect.get(module, "twins") ?? Reflect.get(module, "default");
  if (exported === undefined)
    throw new AdsamError("usage", `${path}: expected an export named twins, or a default one`);
  const list: readonly unknown[] = Array.isArray(exported) ? exported : [exported];
  for (const [i, twin] of list.entries()) {
    if (isTwin(validate(twinShape, twin, `${path}: twins[${i}]`))) continue;
    const suggestion = 'Give torch: "package.module:function" and tfjs: a function of named tensors.';
    throw new AdsamError("usage", `${path}: twins[${i}]: expected torch and tfjs, or compute`, { suggestion });
  }
  return list as readonly Pair[] as Pair[];
}

async function load(path: string): Promise<object> {
  const url = pathToFileURL(path).href;
  try {
    if (!/\.[cm]?ts$/.test(path) || "typescript" in process.features) return await import(url);
    const tsx = await typescriptLoader(path);
    return await tsx.tsImport(url, import.meta.url);
  } catch (cause) {
    if (cause instanceof AdsamError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AdsamError("file", `cannot load the twins in ${path}: ${reason}`, { cause });
  }
}

interface TypescriptLoader {
  tsImport(url: string, parent: string): Promise<object>;
}

async function typescriptLoader(path: string): Promise<TypescriptLoader> {
  const name = "tsx/esm/api"; // not a dependency: whoever writes twins in TypeScript has it, or gets told
  try {
    return await import(name);
  } catch (cause) {
    const suggestion = "Install tsx, use Node 22.18 or later, or write the twins in JavaScript (.mjs).";
    throw new AdsamError("usage", `${path}: this Node does not load TypeScript by itself`, { suggestion, cause });
  }
}
