import { PythonObject } from "../handle.ts";
import { record, tuple } from "../kinds.ts";
import type { Contract, PythonTypeTree } from "./contract.ts";
import type { Instance } from "./instance.ts";
import { partsOf } from "./type-text.ts";
import { fits } from "./values.ts";

type Making = (name: string, object: PythonObject) => Instance;

/** A value in which the objects that are declared as instances of the client's classes are such, however deep. */
export function withInstances(value: unknown, type: PythonTypeTree, contract: Contract, make: Making): unknown {
  if (!holdsClasses(type, contract, [])) return value;
  const inner = (part: unknown, kind: PythonTypeTree) => withInstances(part, kind, contract, make);
  if (value instanceof PythonObject) {
    const name = classOf(value, type);
    if (name !== undefined) return make(name, value);
    return type.kind === "stream"
      ? { [Symbol.asyncIterator]: () => each(value, (item) => inner(item, type.of)) }
      : value;
  }
  switch (type.kind) {
    case "union": {
      const member = type.of.find((one) => fits(value, one, contract));
      return member === undefined ? value : inner(value, member);
    }
    case "list":
      return Array.isArray(value) ? value.map((item) => inner(item, type.of)) : value;
    case "tupleOf":
      return Array.isArray(value) ? tuple(...value.map((item) => inner(item, type.of))) : value;
    case "tuple":
      return Array.isArray(value) ? tuple(...type.of.map((kind, i) => inner(value[i], kind))) : value;
    case "set":
      return value instanceof Set ? new Set([...value].map((item) => inner(item, type.of))) : value;
    case "dict":
      if (value instanceof Map)
        return new Map([...value].map(([key, item]) => [inner(key, type.key), inner(item, type.value)]));
      return mapped(value, (_, item) => inner(item, type.value));
    case "record": {
      const { fields = {}, dict = true } = contract.records[type.name] ?? {};
      const made = mapped(value, (name, item) => (fields[name] === undefined ? item : inner(item, fields[name])));
      return dict || typeof made !== "object" || made === null ? made : record(type.name, made);
    }
    default:
      return value;
  }
}

/** The class that is declared for an object: of several, the one that it is of. */
function classOf(object: PythonObject, type: PythonTypeTree): string | undefined {
  const names = (type.kind === "union" ? type.of : [type]).flatMap((one) => (one.kind === "class" ? [one.name] : []));
  return names.length === 1 ? names[0] : names.find((name) => object.type.endsWith(`.${name}`));
}

function holdsClasses(type: PythonTypeTree, contract: Contract, within: readonly string[]): boolean {
  return partsOf(type).some((part) => {
    if (part.kind !== "record" || within.includes(part.name)) return part.kind === "class";
    const fields = Object.values(contract.records[part.name]?.fields ?? {});
    return fields.some((one) => holdsClasses(one, contract, [...within, part.name]));
  });
}

function mapped(value: unknown, change: (name: string, item: unknown) => unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, change(name, item)]));
}

async function* each(values: AsyncIterable<unknown>, change: (item: unknown) => unknown): AsyncGenerator<unknown> {
  for await (const item of values) yield change(item);
}
