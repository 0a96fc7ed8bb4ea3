import { isTensor } from "../../tensor.ts";
import { PythonObject } from "../handle.ts";
import { Complex, EnumMember, ellipsis, Float, PythonPath, Slice, TorchDevice, TorchDtype } from "../kinds.ts";
import type {
  CallableType,
  Contract,
  DictType,
  EnumType,
  HolderType,
  NamedType,
  NumbersType,
  PythonTypeTree,
  TupleType,
} from "./contract.ts";
import { fieldsOf } from "./generics.ts";
import { isInstance, memberBehind } from "./instance.ts";
import { givesBatches, type Way } from "./type-text.ts";

/** What comes as a handle: from all others one cannot read what is declared. */
const stays: ReadonlySet<PythonTypeTree["kind"]> = new Set(["class", "object", "callable", "stream"]);

/**
 * Whether a value is of a type, as far as that is known. A handle that is given may be of anything.
 * @param within the records that hold it: one that holds itself is looked into once.
 */
export function fits(
  value: unknown,
  type: PythonTypeTree,
  contract: Contract,
  way: Way,
  within: readonly object[] = [],
): boolean {
  const inner = (part: unknown, kind: PythonTypeTree, held = within) => fits(part, kind, contract, way, held);
  switch (type.kind) {
    case "unknown":
      return true;
    case "none":
      return value === null;
    case "bool":
      return typeof value === "boolean";
    case "int":
      return Number.isInteger(value) || (way === "in" && typeof value === "bigint");
    case "float":
    case "number":
      return typeof value === "number" || (way === "in" && (typeof value === "bigint" || value instanceof Float));
    case "complex":
      return value instanceof Complex || typeof value === "number";
    case "str":
      return typeof value === "string";
    case "bytes":
    case "bytearray":
      return value instanceof Uint8Array;
    case "slice":
      return value instanceof Slice;
    case "ellipsis":
      return value === ellipsis;
    case "path":
      return value instanceof PythonPath || typeof value === "string";
    case "dtype":
      return value instanceof TorchDtype;
    case "device":
      return value instanceof TorchDevice || typeof value === "string";
    case "literal":
      return type.values.some((one) => one === value);
    case "union":
      return type.of.some((one) => inner(value, one));
    case "seen":
      return inner(value, type.of);
    case "variable":
      return type.bound === undefined || inner(value, type.bound);
    case "type":
      return isObject(value) || (way === "in" && typeof value === "function" && memberBehind(value) !== undefined);
    case "derived":
      return (way === "in" && isObject(value)) || inner(value, type.of);
    case "enum":
      return value instanceof EnumMember && isMember(value.name, type);
    case "record": {
      const known = contract.records[type.name];
      if (typeof value !== "object" || value === null || known === undefined) return false;
      if (isObject(value)) return way === "in";
      if (within.includes(value)) return true;
      const fields = new Map<string, unknown>(Object.entries(value));
      const held = [...within, value];
      return Object.entries(fieldsOf(type, contract)).every(([name, kind]) =>
        fields.get(name) === undefined ? !known.required.includes(name) : inner(fields.get(name), kind, held),
      );
    }
    default:
      return isObject(value) ? way === "in" || stays.has(type.kind) : holds(value, type, inner, way);
  }
}

type Holder = HolderType | TupleType | DictType | NumbersType | CallableType | NamedType;

function holds(
  value: unknown,
  type: Holder,
  inner: (part: unknown, kind: PythonTypeTree) => boolean,
  way: Way,
): boolean {
  switch (type.kind) {
    case "array":
      if (way === "out" && isScalar(value)) return fitsShape([], type.shape);
      return isTensor(value) && fitsShape(value.shape, type.shape);
    case "tensor":
      return isTensor(value) && fitsShape(value.shape, type.shape);
    case "callable":
      return typeof value === "function";
    case "list":
    case "tupleOf":
      return Array.isArray(value) && value.every((item) => inner(item, type.of));
    case "tuple":
      return Array.isArray(value) && value.length === type.of.length && type.of.every((one, i) => inner(value[i], one));
    case "set":
      return value instanceof Set && [...value].every((item) => inner(item, type.of));
    case "stream":
      return isIterable(value);
    case "dict":
      if (value instanceof Map)
        return [...value].every(([name, item]) => inner(name, type.key) && inner(item, type.value));
      if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
      return Object.entries(value).every(
        ([name, item]) => item === undefined || (inner(name, type.key) && inner(item, type.value)),
      );
    case "class":
    case "object":
      return way === "in" && givesBatches(type) && isIterable(value);
  }
}

function isIterable(value: unknown): boolean {
  return typeof value === "object" && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);
}

/** Whether a shape is one that jaxtyping writes, `batch 3 h w`: as long, and with the same numbers. `*` and `...` take any. */
function fitsShape(shape: readonly number[], written: string | undefined): boolean {
  if (written === undefined || /[.*]/.test(written)) return true;
  const lengths = written.split(" ").filter((one) => one !== "");
  const agrees = (one: string, i: number) => !/^\d+$/.test(one) || Number(one) === shape[i];
  return lengths.length === shape.length && lengths.every(agrees);
}

/** What numpy gives where it reduces an array to one number. */
export function isScalar(value: unknown): value is number | boolean {
  return typeof value === "number" || typeof value === "boolean";
}

/** Of a flag several names may be given together. */
function isMember(name: string, { members, flag }: EnumType): boolean {
  return flag ? name === "" || name.split("|").every((one) => members.includes(one)) : members.includes(name);
}

export function isObject(value: unknown): boolean {
  return value instanceof PythonObject || isInstance(value);
}
