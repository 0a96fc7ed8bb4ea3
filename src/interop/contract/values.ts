import { AdsamError } from "../../errors.ts";
import { isTensor, type Tensor } from "../../tensor.ts";
import { PythonObject } from "../handle.ts";
import {
  array,
  Complex,
  EnumMember,
  ellipsis,
  Float,
  PythonPath,
  pythonType,
  record,
  Slice,
  TorchDevice,
  TorchDtype,
  tuple,
} from "../kinds.ts";
import { described } from "./compare.ts";
import type {
  CallableType,
  Contract,
  DictType,
  HolderType,
  NamedType,
  NumbersType,
  PythonTypeTree,
  TupleType,
} from "./contract.ts";
import { isInstance } from "./instance.ts";

/** Whether a value is of a type, as far as that is known. What stays in Python may be anything that is an object there. */
export function fits(value: unknown, type: PythonTypeTree, contract: Contract): boolean {
  const inner = (part: unknown, kind: PythonTypeTree) => fits(part, kind, contract);
  switch (type.kind) {
    case "unknown":
      return true;
    case "none":
      return value === null;
    case "bool":
      return typeof value === "boolean";
    case "int":
      return Number.isInteger(value) || typeof value === "bigint";
    case "float":
    case "number":
      return typeof value === "number" || typeof value === "bigint" || value instanceof Float;
    case "complex":
      return value instanceof Complex || typeof value === "number";
    case "str":
      return typeof value === "string";
    case "bytes":
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
    case "enum":
      return value instanceof EnumMember && type.members.includes(value.name);
    case "record": {
      const known = contract.records[type.name];
      if (typeof value !== "object" || value === null || known === undefined) return false;
      const fields: Readonly<Record<string, unknown>> = { ...value };
      return Object.entries(known.fields).every(([name, kind]) =>
        fields[name] === undefined ? !known.required.includes(name) : inner(fields[name], kind),
      );
    }
    default:
      return isObject(value) || holds(value, type, inner);
  }
}

type Holder = HolderType | TupleType | DictType | NumbersType | CallableType | NamedType;

function holds(value: unknown, type: Holder, inner: (part: unknown, kind: PythonTypeTree) => boolean): boolean {
  switch (type.kind) {
    case "tensor":
    case "array":
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
      return typeof value === "object" && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);
    case "dict":
      if (value instanceof Map)
        return [...value].every(([name, item]) => inner(name, type.key) && inner(item, type.value));
      if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
      return Object.values(value).every((item) => item === undefined || inner(item, type.value));
    case "class":
    case "object":
      return false;
  }
}

/** Whether a shape is one that jaxtyping writes, `batch 3 h w`: as long, and with the same numbers. `*` and `...` take any. */
function fitsShape(shape: readonly number[], written: string | undefined): boolean {
  if (written === undefined || /[.*]/.test(written)) return true;
  const lengths = written.split(" ").filter((one) => one !== "");
  const agrees = (one: string, i: number) => !/^\d+$/.test(one) || Number(one) === shape[i];
  return lengths.length === shape.length && lengths.every(agrees);
}

function isObject(value: unknown): boolean {
  return value instanceof PythonObject || isInstance(value);
}

/**
 * A value as Python's declaration wants it: a whole number is a float where that is declared, an array a tuple, a tensor a numpy
 * array.
 * @throws AdsamError `usage` for a value of another type, before anything crosses.
 */
export function given(value: unknown, type: PythonTypeTree, contract: Contract, where: string): unknown {
  if (!fits(value, type, contract)) {
    throw new AdsamError("usage", `${where}: expected ${described(type)}, got ${shown(value)}`);
  }
  return converted(value, type, contract);
}

function converted(value: unknown, type: PythonTypeTree, contract: Contract): unknown {
  const inner = (part: unknown, kind: PythonTypeTree) => converted(part, kind, contract);
  if (isObject(value)) return value;
  switch (type.kind) {
    case "float":
      return Number.isInteger(value) ? new Float(Number(value)) : value;
    case "path":
      return typeof value === "string" ? new PythonPath(value) : value;
    case "device":
      return typeof value === "string" ? new TorchDevice(value) : value;
    case "array":
      return pythonType(value as object) === undefined ? array(value as Tensor) : value;
    case "union": {
      const member = type.of.find((one) => fits(value, one, contract));
      return member === undefined ? value : inner(value, member);
    }
    case "list":
      return pythonType(value as object) === undefined
        ? (value as unknown[]).map((item) => inner(item, type.of))
        : value;
    case "tupleOf":
      return tuple(...(value as unknown[]).map((item) => inner(item, type.of)));
    case "tuple":
      return tuple(...type.of.map((kind, i) => inner((value as unknown[])[i], kind)));
    case "record": {
      const { fields = {}, dict = true } = contract.records[type.name] ?? {};
      const entries = Object.entries(value as object).map(([name, field]): [string, unknown] => {
        const kind = fields[name];
        return [name, kind === undefined ? field : inner(field, kind)];
      });
      return dict ? Object.fromEntries(entries) : record(type.name, Object.fromEntries(entries));
    }
    default:
      return value;
  }
}

/** A value in a message. */
export function shown(value: unknown): string {
  if (value instanceof PythonObject) return `a ${value.type}`;
  if (isTensor(value)) return `a tensor of ${value.dtype} [${value.shape}]`;
  if (typeof value === "bigint") return `${value}`;
  if (typeof value === "function") return `the function ${value.name}`;
  const text = JSON.stringify(value);
  if (text === undefined) return String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
