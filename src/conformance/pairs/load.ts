import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { AdsamError } from "../../errors.ts";
import type { Pair } from "./pair.ts";
import { checkPair } from "./schema.ts";

/** What a module may export its pairs as. */
const exportNames = ["pairs", "twins", "default"] as const;

/**
 * The pairs that a module exports, as `pairs` or by default: one, or a list of them. JavaScript always loads;
 * TypeScript where Node strips types itself (22.18 and later) or tsx is installed.
 * @throws AdsamError `file` for a module that cannot be loaded, `usage` for one that exports something else.
 */
export async function loadPairs(path: string): Promise<Pair[]> {
  const module = exportsOf(await load(resolve(path)));
  const found = exportNames.filter((name) => name in module);
  const [name] = found;
  if (name === undefined || found.length > 1) {
    const got = found.length > 1 ? found.join(" and ") : Object.keys(module).join(", ") || "none";
    throw new AdsamError("usage", `${path}: expected one export named pairs, or a default one, got ${got}`);
  }
  const exported: unknown = Reflect.get(module, name);
  const list: readonly unknown[] = Array.isArray(exported) ? exported : [exported];
  if (list.length === 0) throw new AdsamError("usage", `${path}: expected at least one pair, got an empty list`);
  return list.map((pair, i) => checkPair(pair, `${path}: ${name}.${i}`));
}

/** What a CommonJS module exports comes as the default of what is imported. */
function exportsOf(module: object): object {
  const whole: unknown = Reflect.get(module, "default");
  const isModule = typeof whole === "object" && whole !== null && ("pairs" in whole || "twins" in whole);
  return isModule ? whole : module;
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
    throw new AdsamError("file", `cannot load the pairs in ${path}: ${reason}`, { cause });
  }
}

interface TypescriptLoader {
  tsImport(url: string, parent: string): Promise<object>;
}

async function typescriptLoader(path: string): Promise<TypescriptLoader> {
  const name = "tsx/esm/api"; // not a dependency: whoever writes pairs in TypeScript has it, or gets told
  try {
    return await import(name);
  } catch (cause) {
    const suggestion = "install tsx, use Node 22.18 or later, or write the pairs in JavaScript (.mjs)";
    throw new AdsamError("usage", `${path}: this Node does not load TypeScript by itself`, { suggestion, cause });
  }
}
