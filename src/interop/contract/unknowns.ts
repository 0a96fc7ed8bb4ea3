import type { CallContract, Contract, FunctionContract, UnknownType } from "./contract.ts";
import { partsOf } from "./type-text.ts";

/** What callers are told of a contract that nobody knows: where, and why. */
export function unknowns(contract: Contract): string[] {
  const found = new Set<string>();
  const look = (where: string, call: FunctionContract) => {
    for (const { parameters, result } of call.overloads ?? [call]) {
      for (const { name, type } of parameters) note(`${where}(${name})`, type);
      note(`${where}()`, result);
    }
  };
  const note = (where: string, type: CallContract["result"]) => {
    const reasons = partsOf(type).flatMap((part) => (part.kind === "unknown" ? [reasonOf(part)] : []));
    if (reasons.length > 0) found.add(`${where}: ${[...new Set(reasons)].join("; ")}`);
  };
  for (const [module, { functions, classes }] of Object.entries(contract.modules)) {
    for (const [name, one] of Object.entries(functions)) {
      look(`${module}.${name}`, one);
      for (const [method, of] of Object.entries(one.methods ?? {})) look(`${module}.${name}.${method}`, of);
    }
    for (const [name, { creation, methods, attributes }] of Object.entries(classes)) {
      look(`${module}.${name}`, { ...creation, result: { kind: "none" } });
      for (const [method, one] of Object.entries(methods)) look(`${module}.${name}.${method}`, one);
      for (const [attribute, type] of Object.entries(attributes)) note(`${module}.${name}.${attribute}`, type);
    }
  }
  return [...found];
}

/** What classes have that callers are not offered: where, and why. */
export function leftOut({ modules }: Contract): string[] {
  return Object.entries(modules).flatMap(([module, { functions }]) =>
    Object.entries(functions).flatMap(([name, { left = {} }]) =>
      Object.entries(left).map(([member, reason]) => `${module}.${name}.${member}: ${reason}`),
    ),
  );
}

const reasonOf = ({ reason, recorded }: UnknownType): string =>
  recorded === undefined ? reason : `${reason}, and ${recorded}`;
