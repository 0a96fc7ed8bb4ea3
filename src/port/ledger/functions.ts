import { AdsamError } from "../../errors.ts";
import type { Contract, FunctionContract } from "../../interop/contract/contract.ts";
import { nearest } from "../../validation.ts";

/** How each public function and method of a module is called, by the name that a ledger has for it. */
export function functionsOf({ modules }: Contract, module: string): ReadonlyMap<string, FunctionContract> {
  const { functions = {}, classes = {} } = modules[module] ?? {};
  const methods = Object.entries(classes).flatMap(([owner, { methods: own }]) =>
    Object.entries(own).flatMap(([name, method]): [string, FunctionContract][] =>
      name.startsWith("_") ? [] : [[`${owner}.${name}`, method]],
    ),
  );
  return new Map([...Object.entries(functions), ...methods]);
}

/** @throws AdsamError `usage` for a twin of what Python does not have. */
export function checkTwins(names: readonly string[], known: ReadonlyMap<string, unknown>, module: string): void {
  const unknown = names.find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new AdsamError("usage", `twins: ${module} has no public function ${unknown}`, {
    suggestion: known.size === 0 ? "it has none" : nearest(unknown, [...known.keys()]),
  });
}
