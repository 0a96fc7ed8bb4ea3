import { type Tensor, tensor } from "../../tensor.ts";
import { fill } from "../containers.ts";
import { PythonObject } from "../handle.ts";
import { array, Complex, pythonType, recordLike, tuple } from "../kinds.ts";
import type { Callback } from "../wire.ts";
import type { Instance } from "./askable.ts";
import type { Contract, NamedType, PythonTypeTree, RecordType, VariableType } from "./contract.ts";
import { fits, isScalar } from "./fits.ts";
import { fieldsOf } from "./generics.ts";
import { partsOf } from "./type-text.ts";

/** What values are declared by. */
export interface Declared {
  readonly contract: Contract;
  /** An instance of a class of the client's. */
  readonly make: (type: NamedType, object: PythonObject) => Instance;
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
    const kind = classOf(value, type, contract);
    if (kind !== undefined) return make(kind, value);
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
      return madeOnce(value, type, contract, made, (item, kind) => inner(item, kind));
    }
    case "variable":
      return asItself(value, type, (part, kind = type) => inner(part, kind));
    default:
      return value;
  }
}

/** What stays in Python where it was asked to: an instance of the client's class, where nothing else but None is declared. */
export function keptAsDeclared(value: PythonObject, type: PythonTypeTree, { make, contract }: Declared): unknown {
  const members = membersOf(type).filter(({ kind }) => kind !== "none");
  const kind = members.every((one) => one.kind === "class") ? classOf(value, type, contract) : undefined;
  return kind === undefined ? value : make(kind, value);
}

/** What a variable stands for: objects of the client's classes are their instances, however deep. */
function asItself(
  value: unknown,
  type: VariableType,
  inner: (part: unknown, type?: PythonTypeTree) => unknown,
): unknown {
  if (type.bound?.kind === "record") return inner(value, type.bound);
  if (typeof value !== "object" || value === null) return value;
  const kind = pythonType(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => inner(item));
    return kind === "tuple" ? tuple(...items) : items;
  }
  if (kind !== undefined) return kind.includes(":") ? inner(value, { kind: "record", name: kind }) : value;
  if (value instanceof Set) return new Set([...value].map((item) => inner(item)));
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [inner(key), inner(item)]));
  return Object.getPrototypeOf(value) === Object.prototype
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(item)]))
    : value;
}

/** A record or dict of the fields of another one, each as it is declared; the same one whenever it is met. */
export function madeOnce(
  value: object,
  type: RecordType,
  contract: Contract,
  made: Map<object, object>,
  change: (field: unknown, type: PythonTypeTree) => unknown,
): object {
  const known = made.get(value);
  if (known !== undefined) return known;
  const { dict = true } = contract.records[type.name] ?? {};
  const fields = fieldsOf(type, contract);
  const own: object = dict ? {} : recordLike(value, type.name, {});
  made.set(value, own);
  const entries = Object.entries(value).map(([field, part]): [string, unknown] => {
    const kind = Object.hasOwn(fields, field) ? fields[field] : undefined;
    return [field, kind === undefined ? part : change(part, kind)];
  });
  fill(own, Object.fromEntries(entries));
  return own;
}

/** The class that is declared for an object: of several, the one that it is of; of a variable, its own, or the bound. */
function classOf(object: PythonObject, type: PythonTypeTree, { modules }: Contract): NamedType | undefined {
  const members = membersOf(type);
  if (members.some(({ kind }) => kind === "variable")) {
    const classes = Object.values(modules).flatMap((module) => Object.values(module.classes));
    const own = classes.find((one) => one.type === object.type);
    if (own !== undefined) return { kind: "class", name: own.name };
  }
  const kinds = members.flatMap((one) => (one.kind === "class" ? [one] : []));
  return kinds.length === 1 ? kinds[0] : kinds.find(({ name }) => `.${object.type}`.endsWith(`.${name}`));
}

function membersOf(type: PythonTypeTree): readonly PythonTypeTree[] {
  if (type.kind === "seen") return membersOf(type.of);
  if (type.kind === "variable" && type.bound !== undefined) return [type, ...membersOf(type.bound)];
  return type.kind === "union" ? type.of.flatMap(membersOf) : [type];
}

const changing: ReadonlySet<PythonTypeTree["kind"]> = new Set(["class", "complex", "array", "stream", "variable"]);

/** Whether a value of this type may come as something else than it is declared. */
function changes(type: PythonTypeTree, contract: Contract, within: readonly string[]): boolean {
  return partsOf(type).some((part) => {
    if (part.kind !== "record") return changing.has(part.kind);
    if (within.includes(part.name)) return false;
    return Object.values(fieldsOf(part, contract)).some((one) => changes(one, contract, [...within, part.name]));
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
