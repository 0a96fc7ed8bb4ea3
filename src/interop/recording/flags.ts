import type { FunctionContract, OverloadContract, ParameterContract, PythonTypeTree } from "../contract/contract.ts";
import { mapParts } from "../contract/map-types.ts";
import { shapeOf } from "../contract/shape.ts";
import { merged } from "./merged.ts";
import type { FlaggedResult } from "./notes.ts";

/** More forms than these say less than one result of several types. */
const mostForms = 8;

/** What calls gave whose flags were the same. */
interface Group {
  /** By parameter, as JSON; undefined for what was no flag: a tensor where others gave None. */
  readonly flags: ReadonlyMap<string, string | undefined>;
  readonly types: readonly PythonTypeTree[];
}

/**
 * A function with an overload for each value of the flags that its results depend on, and one for all other calls.
 * It has none where calls with the same flags gave different types, where it says its result itself, and where a flag could be
 * left out before another parameter.
 */
export function withFlags<Call extends FunctionContract>(call: Call, results: readonly FlaggedResult[]): Call {
  const { parameters, result, overloads } = call;
  if (result.kind !== "seen" || overloads !== undefined || results.length === 0) return call;
  const flags = decidingFlags(flagsOf(parameters, results), results);
  const groups = flags.length === 0 ? [] : groupsBy(flags, results);
  if (groups.length === 0 || groups.length > mostForms) return call;
  const { calls: seen, reason } = result;
  const forms = groups.map(
    ({ flags: values, types }): OverloadContract => ({
      parameters: parameters.map((one) => (values.has(one.name) ? flagged(one, values.get(one.name)) : one)),
      result: { kind: "seen", of: merged(types), calls: seen, reason },
      seen,
    }),
  );
  return { ...call, overloads: [...forms, { parameters, result, seen }] };
}

/** The parameters that had a flag's value, and that every form can name: required ones, and those of the options. */
function flagsOf(parameters: readonly ParameterContract[], results: readonly FlaggedResult[]): string[] {
  const had = new Set(results.flatMap(({ flags }) => Object.keys(flags)));
  const { places, options } = shapeOf(parameters);
  const named = [...places.filter(({ required }) => required), ...options].map(({ name }) => name);
  return named.filter((name) => had.has(name));
}

/** Those that decide alone; if there is none, those that do so in pairs. All of them: which one it was, calls do not tell. */
function decidingFlags(flags: readonly string[], results: readonly FlaggedResult[]): readonly string[] {
  const single = flags.filter((name) => decide([name], results));
  if (single.length > 0) return single;
  const pairs = flags.flatMap((one, i) => flags.slice(i + 1).map((other) => [one, other]));
  const deciding = new Set(pairs.filter((pair) => decide(pair, results)).flat());
  return flags.filter((name) => deciding.has(name));
}

/** Whether calls whose flags are the same gave one type, and others another. */
function decide(flags: readonly string[], results: readonly FlaggedResult[]): boolean {
  const found = groupsBy(flags, results).map(({ types }) => new Set(types.map(formOf)));
  return found.every(({ size }) => size === 1) && new Set(found.flatMap((forms) => [...forms])).size > 1;
}

/** In an order that does not depend on that of the calls; what was no flag comes last, since it may be of any type. */
function groupsBy(names: readonly string[], results: readonly FlaggedResult[]): Group[] {
  const groups = new Map<string, Group>();
  for (const { flags, type } of results) {
    const values = names.map((name): [string, string | undefined] => [name, flags[name]]);
    const key = values.map(([, value]) => value ?? "~").join(" ");
    groups.set(key, { flags: new Map(values), types: [...(groups.get(key)?.types ?? []), type] });
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

/** A type without what two calls with the same flags may differ in: dtypes, and whether a number is whole. */
function formOf(type: PythonTypeTree): string {
  const form = mapParts(merged([type]), (part) =>
    part.kind === "tensor" || part.kind === "array" ? { kind: part.kind } : undefined,
  );
  return JSON.stringify(form);
}

/** A flag with one value; it may be left out where that is its default. */
function flagged(parameter: ParameterContract, value: string | undefined): ParameterContract {
  const { default: otherwise, ...own } = parameter;
  const isDefault = value === undefined ? !isFlag(otherwise, parameter.type) : otherwise === value;
  const required = own.required || !isDefault;
  return {
    ...own,
    required,
    kind: own.kind === "either" && required && !own.required ? "keyword" : own.kind,
    type: value === undefined ? withoutFlags(own.type) : typeOf(value),
    ...(required || otherwise === undefined ? {} : { default: otherwise }),
  };
}

const isFlag = (value: string | undefined, type: PythonTypeTree): boolean =>
  value === "null" || value === "true" || value === "false" || type.kind === "literal";

function typeOf(value: string): PythonTypeTree {
  return value === "null" ? { kind: "none" } : { kind: "literal", values: [JSON.parse(value)] };
}

/** A type without None and bools: these have forms of their own. */
function withoutFlags(type: PythonTypeTree): PythonTypeTree {
  if (type.kind === "seen") return { ...type, of: withoutFlags(type.of) };
  if (type.kind !== "union") return type;
  const [only, ...others] = type.of.filter(({ kind }) => kind !== "none" && kind !== "bool");
  if (only === undefined) return type;
  return others.length === 0 ? only : { kind: "union", of: [only, ...others] };
}
