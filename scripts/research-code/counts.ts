import type { CallContract, Contract, PythonTypeTree } from "../../src/index.ts";
import { partsOf } from "../../src/interop/contract/type-text.ts";

/** What the source of a module defines, as census.py finds it. */
export interface Defined {
  readonly module: string;
  /** `function`, `Class` or `Class.method`. */
  readonly name: string;
  readonly kind: "function" | "class" | "method" | "creation" | "property";
  /** Whether the module's `__all__` leaves it out. */
  readonly hidden: boolean;
}

/** How many are known, seen in recorded calls alone, or `unknown` with a reason. */
export interface Known {
  said: number;
  seen: number;
  unknown: number;
}

/** What a client has of what is defined. */
export interface Counts {
  readonly classes: number;
  readonly functions: number;
  readonly methods: number;
  readonly parameters: Known;
  readonly results: Known;
  /** What cannot be reached from the client, by reason. */
  readonly unreachable: ReadonlyMap<string, readonly string[]>;
}

/**
 * Counts what is defined, each where it is defined, by what a contract says of it.
 * @param failed why a module does not import, by its name.
 */
export function countsOf(defined: readonly Defined[], contract: Contract, failed: ReadonlyMap<string, string>): Counts {
  const parameters = { said: 0, seen: 0, unknown: 0 };
  const results = { said: 0, seen: 0, unknown: 0 };
  const unreachable = new Map<string, string[]>();
  const kinds = { class: 0, function: 0, method: 0, creation: 0, property: 0 };
  for (const one of defined) {
    kinds[one.kind] += 1;
    const failure = failed.get(one.module);
    if (failure !== undefined || !isOffered(one, contract)) {
      const reason = failure ?? (one.hidden ? "left out by __all__" : "not in the client");
      unreachable.set(reason, [...(unreachable.get(reason) ?? []), `${one.module}.${one.name}`]);
      continue;
    }
    const call = callOf(one, contract);
    for (const { type } of call?.parameters ?? []) parameters[knownAs(type)] += 1;
    if (call !== undefined && one.kind !== "creation") results[knownAs(call.result)] += 1;
  }
  const { class: classes, function: functions, method, creation, property } = kinds;
  return { classes, functions, methods: method + creation + property, parameters, results, unreachable };
}

function knownAs(type: PythonTypeTree): keyof Known {
  const kinds = new Set(partsOf(type).map(({ kind }) => kind));
  if (kinds.has("unknown")) return "unknown";
  return kinds.has("seen") ? "seen" : "said";
}

function isOffered(one: Defined, contract: Contract): boolean {
  const module = contract.modules[one.module];
  const [owner = "", member = ""] = one.name.split(".");
  if (one.kind === "class") {
    return [module?.classes, module?.functions, module?.enums].some((all) => Object.hasOwn(all ?? {}, owner));
  }
  if (one.kind === "property") return Object.hasOwn(module?.classes[owner]?.attributes ?? {}, member);
  return callOf(one, contract) !== undefined;
}

function callOf({ module, name, kind }: Defined, contract: Contract): CallContract | undefined {
  const { functions = {}, classes = {} } = contract.modules[module] ?? {};
  const [owner = "", member = ""] = name.split(".");
  if (kind === "function") return functions[owner];
  if (kind === "creation") return classes[owner]?.creation ?? functions[owner];
  if (kind === "method") return classes[owner]?.methods[member] ?? functions[owner]?.methods?.[member];
  return undefined;
}

/** All of them together. */
export function sumOf(counts: readonly Counts[]): Counts {
  const sum = (of: (one: Counts) => number) => counts.reduce((total, one) => total + of(one), 0);
  const known = (of: (one: Counts) => Known): Known => ({
    said: sum((one) => of(one).said),
    seen: sum((one) => of(one).seen),
    unknown: sum((one) => of(one).unknown),
  });
  const unreachable = new Map<string, readonly string[]>();
  for (const [reason, names] of counts.flatMap((one) => [...one.unreachable])) {
    unreachable.set(reason, [...(unreachable.get(reason) ?? []), ...names]);
  }
  return {
    classes: sum(({ classes }) => classes),
    functions: sum(({ functions }) => functions),
    methods: sum(({ methods }) => methods),
    parameters: known(({ parameters }) => parameters),
    results: known(({ results }) => results),
    unreachable,
  };
}
