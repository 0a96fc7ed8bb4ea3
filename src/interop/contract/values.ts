import { AdsamError } from "../../errors.ts";
import type { Tensor } from "../../tensor.ts";
import { insteadOf } from "../containers.ts";
import {
  array,
  bytearray,
  Complex,
  coroutine,
  Float,
  frozenset,
  PythonPath,
  pythonType,
  TorchDevice,
  tuple,
} from "../kinds.ts";
import type { Callback } from "../wire.ts";
import type { CallableType, PythonTypeTree } from "./contract.ts";
import { departure } from "./departure.ts";
import { fits, isObject } from "./fits.ts";
import { memberBehind } from "./instance.ts";
import { asDeclared, type Declared, madeOnce } from "./instances.ts";

/**
 * A value as Python's declaration wants it: a whole number is a float where that is declared, an array a tuple, a tensor a numpy
 * array.
 * @throws AdsamError `usage` for a value of another type, before anything crosses.
 */
export function given(value: unknown, type: PythonTypeTree, declared: Declared, where: string): unknown {
  const wrong = departure(value, type, declared.contract, "in", where);
  if (wrong !== undefined) throw new AdsamError("usage", wrong.message());
  return converted(value, type, declared);
}

function converted(
  value: unknown,
  type: PythonTypeTree,
  declared: Declared,
  made = new Map<object, object>(),
): unknown {
  const { contract } = declared;
  const inner = (part: unknown, kind: PythonTypeTree) => converted(part, kind, declared, made);
  if (isObject(value)) return value;
  switch (type.kind) {
    case "float":
      return Number.isInteger(value) ? new Float(Number(value)) : value;
    case "complex":
      return typeof value === "number" ? new Complex(value, 0) : value;
    case "bytearray":
      return pythonType(value as object) === undefined
        ? insteadOf(value as object, bytearray(value as Uint8Array))
        : value;
    case "callable":
      return memberBehind(value as object) === undefined ? typedCallback(value as Callback, type, declared) : value;
    case "path":
      return typeof value === "string" ? new PythonPath(value) : value;
    case "device":
      return typeof value === "string" ? new TorchDevice(value) : value;
    case "array":
      return pythonType(value as object) === undefined ? array(value as Tensor) : value;
    case "seen":
    case "derived":
      return inner(value, type.of);
    case "variable":
      return type.bound === undefined ? value : inner(value, type.bound);
    case "union": {
      const member = type.of.find((one) => fits(value, one, contract, "in"));
      return member === undefined ? value : inner(value, member);
    }
    case "list":
      return keepingIdentity(value as unknown[], (items) => items.map((item) => inner(item, type.of)));
    case "tupleOf":
      return tuple(...(value as unknown[]).map((item) => inner(item, type.of)));
    case "tuple":
      return tuple(...type.of.map((kind, i) => inner((value as unknown[])[i], kind)));
    case "set": {
      const made = (items: Set<unknown>) => new Set([...items].map((item) => inner(item, type.of)));
      const set = value as Set<unknown>;
      return pythonType(set) === "frozenset" ? frozenset(made(set)) : keepingIdentity(set, made);
    }
    case "dict": {
      const pair = ([name, item]: readonly [unknown, unknown]) =>
        [inner(name, type.key), inner(item, type.value)] as const;
      if (value instanceof Map) return keepingIdentity(value, (items) => new Map([...items].map(pair)));
      return keepingIdentity(value as object, (fields) => Object.fromEntries(Object.entries(fields).map(pair)));
    }
    case "record":
      return insteadOf(value as object, madeOnce(value as object, type, contract, made, inner));
    default:
      return value;
  }
}

/**
 * A function as Python's declaration has it: called with instances of the client's classes, and held to what it is to give. It is
 * the same one for the same function and declaration, by which Python knows it again.
 */
function typedCallback(call: Callback, type: CallableType, declared: Declared): Callback {
  const { parameters = [], result, awaited } = type;
  if (parameters.length === 0 && result === undefined) return call;
  const known = declared.callbacks.get(call) ?? new Map<string, Callback>();
  declared.callbacks.set(call, known);
  const key = JSON.stringify(type);
  const made = known.get(key);
  if (made !== undefined) return made;
  const typed = async (...values: unknown[]) => {
    const taken = values.map((value, i) => (parameters[i] ? asDeclared(value, parameters[i], declared) : value));
    const gave = await call(...(taken as never[]));
    if (result === undefined) return gave;
    if (result.kind === "none") return null; // whatever it is, nobody looks at it
    return given(gave === undefined ? null : gave, result, declared, `what ${call.name || "the function"} returns`);
  };
  Object.defineProperty(typed, "name", { value: call.name });
  const crossing = awaited ? coroutine(typed) : typed;
  known.set(key, crossing);
  return crossing;
}

/** What is made of a container; the container itself where that holds the same, so that Python changes that one. */
function keepingIdentity<Value extends object>(value: Value, make: (value: Value) => Value): Value {
  const made = make(value);
  const parts = partsHeld(made);
  return partsHeld(value).every((part, i) => Object.is(part, parts[i])) ? value : insteadOf(value, made);
}

function partsHeld(container: object): unknown[] {
  if (Array.isArray(container)) return container;
  if (container instanceof Set) return [...container];
  return (container instanceof Map ? [...container] : Object.entries(container)).flat(1);
}
