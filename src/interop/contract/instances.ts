import { type Tensor, tensor } from "../../tensor.ts";
import { fill } from "../containers.ts";
import { PythonObject } from "../handle.ts";
import { array, Complex, recordLike, tuple } from "../kinds.ts";
import type { Callback } from "../wire.ts";
import type { Instance } from "./askable.ts";
import type { Contract, PythonTypeTree } from "./contract.ts";
import { fits, isScalar } from "./fits.ts";
import { partsOf } from "./type-text.ts";

/** What values are declared by. */
export interface Declared {
  readonly contract: Contract;
  /** An instance of a class of the client's, of that name. */
  readonly make: (name: string, object: PythonObject) => Instance;
  /** Functions that went to Python, as they are declared there. */
  readonly callbacks: WeakMap<Callback, Map<string, Callback>>;
}

/**
 * A value that came, as it is declared, however deep: an object as an instance of the client's class, a real number as a complex
 * one, and one that numpy gives for an array of no dimensions as such an array.
 * @param made the records that were made of others, which may hold each other.
 */
export function asDeclared(
  value: unknown,
  type: PythonTypeTree,
  declared: Declared,
  made = new Map<object, object>(),
): unknown {
  const { contract, make } = declared;
  if (!changes(type, contract, [])) return value;
  const inner = (part: unknown, kind: PythonTypeTree) => asDeclared(part, kind, declared, made);
  if (type.kind === "seen" || type.kind === "derived") return inner(value, type.of);
  if (value instanceof PythonObject) {
    const name = classOf(value, type);
    if (name !== undefined) return make(name, value);
    return type.kind === "stream" && changes(type.of, contract, [])
      ? { [Symbol.asyncIterator]: () => each(value, (item) => inner(item, type.of)) }
      : value;
  }
  switch (type.kind) {
    case "complex":
      return typeof value === "number" ? new Complex(value, 0) : value;
    case "stream":
      return typeof value === "object" && value !== null && Symbol.iterator in value
        ? { [Symbol.asyncIterator]: () => each(value as Iterable<unknown>, (item) => inner(item, type.of)) }
        : value;
    case "array":
      return isScalar(value) ? array(scalarArray(value)) : value;
    case "union": {
      const member = type.of.find((one) => fits(value, one, contract, "out"));
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
      return typeof value !== "object" || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(item, type.value)]));
    case "record": {
      if (typeof value !== "object" || value === null) return value;
      return madeOnce(value, type.name, contract, made, (item, kind) => inner(item, kind));
    }
    default:
      return value;
  }
}

/** What stays in Python where it was asked to: an instance of the client's class, where nothing else but None is declared. */
export function keptAsDeclared(value: PythonObject, type: PythonTypeTree, { make }: Declared): unknown {
  const members = membersOf(type).filter(({ kind }) => kind !== "none");
  const name = members.every(({ kind }) => kind === "class") ? classOf(value, type) : undefined;
  return name === undefined ? value : make(name, value);
}

/** A record or dict of the fields of another one, each as it is declared; the same one whenever it is met. */
export function madeOnce(
  value: object,
  name: string,
  contract: Contract,
  made: Map<object, object>,
  change: (field: unknown, type: PythonTypeTree) => unknown,
): object {
  const known = made.get(value);
  if (known !== undefined) return known;
  const { fields = {}, dict = true } = contract.records[name] ?? {};
  const own: object = dict ? {} : recordLike(value, name, {});
  made.set(value, own);
  const entries = Object.entries(value).map(([field, part]): [string, unknown] => {
    const type = Object.hasOwn(fields, field) ? fields[field] : undefined;
    return [field, type === undefined ? part : change(part, type)];
  });
  fill(own, Object.fromEntries(entries));
  return own;
}

/** The class that is declared for an object: of several, the one that it is of. */
function classOf(object: PythonObject, type: PythonTypeTree): string | undefined {
  const names = membersOf(type).flatMap((one) => (one.kind === "class" ? [one.name] : []));
  return names.length === 1 ? names[0] : names.find((name) => `.${object.type}`.endsWith(`.${name}`));
}

function membersOf(type: PythonTypeTree): readonly PythonTypeTree[] {
  if (type.kind === "seen") return membersOf(type.of);
  return type.kind === "union" ? type.of.flatMap(membersOf) : [type];
}

const changing: ReadonlySet<PythonTypeTree["kind"]> = new Set(["class", "complex", "array", "stream"]);

/** Whether a value of this type may come as something else than it is declared. */
function changes(type: PythonTypeTree, contract: Contract, within: readonly string[]): boolean {
  return partsOf(type).some((part) => {
    if (part.kind !== "record") return changing.has(part.kind);
    if (within.includes(part.name)) return false;
    const fields = Object.values(contract.records[part.name]?.fields ?? {});
    return fields.some((one) => changes(one, contract, [...within, part.name]));
  });
}

function scalarArray(value: number | boolean): Tensor {
  return typeof value === "boolean"
    ? tensor(Uint8Array.of(Number(value)), [], "bool")
    : tensor(Float64Array.of(value), [], "float64");
}

async function* each(
  values: AsyncIterable<unknown> | Iterable<unknown>,
  change: (item: unknown) => unknown,
): AsyncGenerator<unknown> {
  for await (const item of values) yield change(item);
}
