import { AdsamError } from "../../errors.ts";
import { loadModule } from "../load-module.ts";
import type { Pair } from "./twin.ts";
import { checkPair } from "./twin-schema.ts";

/** What a module may export its pairs as. */
const exportNames = ["pairs", "twins", "default"] as const;

/**
 * The pairs that a module exports, as `pairs` or by default: one, or a list of them. JavaScript and
 * TypeScript both load, as their file is now.
 * @throws AdsamError `file` for a module that cannot be loaded, `usage` for one that exports something else.
 */
export async function loadPairs(path: string): Promise<Pair[]> {
  const module = exportsOf(await loadModule(path, "the pairs"));
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
