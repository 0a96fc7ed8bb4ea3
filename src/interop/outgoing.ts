import { AdsamError } from "../errors.ts";
import { loneSurrogate } from "../safetensors/format.ts";
import { checkTensor, type Tensor } from "../tensor.ts";
import { Containers } from "./containers.ts";
import { memberBehind } from "./contract/instance.ts";
import { stepsOf, type Values } from "./iterables.ts";
import {
  Complex,
  Crossing,
  EnumMember,
  ellipsis,
  Float,
  isPlain,
  PythonPath,
  pythonType,
  Slice,
  TorchDevice,
  TorchDtype,
} from "./kinds.ts";
import type { Callback, Wire } from "./wire.ts";

/** How deep lists may be in lists; adsam_bridge/interop/outgoing.py has the same. */
const deepest = 200;

/** What a value cannot be written without. */
export interface Sender {
  /** The number of an object that stays in Python; undefined for what is none. @throws AdsamError `usage` for one of another backend. */
  numberOf(value: object): number | undefined;
  /** The number by which Python knows a record that it gave; undefined for another, which is made anew there. */
  sourceNumber(record: object): number | undefined;
  /** The number of a function that Python may call. */
  callback(call: Callback): number;
}

/** Writes values, and gathers their tensors. */
export class Outgoing {
  /** By the names that the values have for them. */
  readonly tensors: Record<string, Tensor> = {};
  /** What the caller calls each of them in its arguments. */
  readonly paths: Record<string, string> = {};
  /** What it has written that Python can change. */
  readonly containers = new Containers();
  readonly #names = new Map<object, string>();
  readonly #sender: Sender;
  readonly #open: object[] = [];

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * A value as JSON.
   * @param path what it is called in messages.
   * @throws AdsamError `usage` for what has no counterpart in Python.
   */
  wire(value: unknown, path: string): Wire {
    switch (typeof value) {
      case "boolean":
        return value;
      case "number":
        return numberWire(value);
      case "bigint":
        return { $: "int", text: value.toString(16) };
      case "string":
        return loneSurrogate.test(value)
          ? { $: "text", utf16: Buffer.from(value, "utf16le").toString("base64") }
          : value;
      case "function":
        return this.#function(value as Callback);
      case "object":
        return value === null ? null : this.#within(value, path);
      default:
        throw new AdsamError("usage", `${path}: expected a value that Python can be given, got ${describe(value)}`, {
          suggestion: value === undefined ? "leave it out, or give null, which is None in Python" : undefined,
        });
    }
  }

  #function(value: Callback): Wire {
    const number = this.#sender.numberOf(value);
    if (number !== undefined) return { $: "handle", number };
    const member = memberBehind(value);
    const owner = member && this.#sender.numberOf(member.owner);
    if (member !== undefined && owner !== undefined) return { $: "member", number: owner, name: member.name };
    const awaited = pythonType(value) === "coroutine";
    return { $: "callback", number: this.#sender.callback(value), name: value.name || "function", awaited };
  }

  #within(value: object, path: string): Wire {
    if (this.#open.includes(value)) {
      const given = this.containers.numberOf(value);
      if (given !== undefined && this.#sender.sourceNumber(value) !== undefined) return { $: "given", number: given };
      throw new AdsamError("usage", `${path}: expected a value with an end, got one that holds itself`, {
        suggestion: "build it in Python, and give a handle to it",
      });
    }
    if (this.#open.length >= deepest) {
      throw new AdsamError(
        "usage",
        `${path.slice(0, 20)}…: expected values at most ${deepest} deep in each other, got more`,
      );
    }
    this.#open.push(value);
    try {
      return this.#object(value, path);
    } finally {
      this.#open.pop();
    }
  }

  #object(value: object, path: string): Wire {
    const number = this.#sender.numberOf(value);
    if (number !== undefined) return { $: "handle", number };
    const given = this.containers.numberOf(value);
    if (given !== undefined) return { $: "given", number: given };
    const type = pythonType(value);
    if (Array.isArray(value)) {
      if (type !== "tuple") this.containers.add(value, path);
      const items = Array.from(value, (item, i) => this.wire(item, `${path}[${i}]`));
      return type === "tuple" ? { $: "tuple", items } : items;
    }
    if (value instanceof Uint8Array) {
      if (type === "bytearray") this.containers.add(value, path);
      return { $: type === "bytearray" ? "bytearray" : "bytes", base64: Buffer.from(value).toString("base64") };
    }
    if (value instanceof Set) {
      if (type !== "frozenset") this.containers.add(value, path);
      const items = [...value].map((item, i) => this.wire(item, `${path}{${i}}`));
      return { $: type === "frozenset" ? "frozenset" : "set", items };
    }
    if (value instanceof Map) {
      this.containers.add(value, path);
      const items = [...value].map(([key, item]) => [
        this.wire(key, `a key of ${path}`),
        this.wire(item, `${path}.get(${String(key)})`),
      ]);
      return { $: "dict", items };
    }
    if ((Symbol.asyncIterator in value || Symbol.iterator in value) && !ArrayBuffer.isView(value)) {
      return { $: "iterable", number: this.#sender.callback(stepsOf(value as Values)), length: lengthOf(value) };
    }
    const other = this.#ofClass(value, path);
    if (other !== undefined) return other;
    if ("data" in value && "dtype" in value && "shape" in value) return this.#tensor(value, type, path);
    return this.#fields(value, type, path);
  }

  /** Of classes that stand for Python's. */
  #ofClass(value: object, path: string): Wire | undefined {
    if (value === ellipsis) return { $: "ellipsis" };
    if (value instanceof Complex) return { $: "complex", real: floatWire(value.real), imag: floatWire(value.imag) };
    if (value instanceof Crossing) {
      const [number, pullback] = [value.forward, value.pullback].map((call) => this.#sender.callback(call));
      return { $: "operation", number: number ?? 0, pullback: pullback ?? 0, name: value.forward.name || "operation" };
    }
    if (value instanceof Float) return floatWire(value.value);
    if (value instanceof PythonPath) return { $: "path", text: value.path };
    if (value instanceof TorchDtype) return { $: "dtype", text: value.name };
    if (value instanceof TorchDevice) return { $: "device", text: value.name };
    if (value instanceof EnumMember) {
      const { type, name } = value;
      return { $: "enum", type, name, value: this.wire(value.value ?? null, `${path}.value`) };
    }
    if (!(value instanceof Slice)) return undefined;
    const items = (["start", "stop", "step"] as const).map((bound) => this.wire(value[bound], `${path}.${bound}`));
    return { $: "slice", items };
  }

  #tensor(value: object, type: string | undefined, path: string): Wire {
    checkTensor(value, path);
    if (type === "numpy.ndarray" && value.dtype === "bfloat16") {
      throw new AdsamError("usage", `${path}: expected an array of a dtype that numpy has, got bfloat16`, {
        suggestion: "give it as a tensor, or as float32",
      });
    }
    const known = this.#names.get(value);
    const name = known ?? String(this.#names.size);
    this.#names.set(value, name);
    this.tensors[name] = value;
    this.paths[name] ??= path;
    return { $: type === "numpy.ndarray" ? "array" : "tensor", tensor: name };
  }

  #fields(value: object, type: string | undefined, path: string): Wire {
    if (!isPlain(value)) {
      throw new AdsamError("usage", `${path}: expected a value that Python can be given, got ${describe(value)}`, {
        suggestion: suggestionFor(value),
      });
    }
    this.containers.add(value, path);
    const given = Object.entries(value).filter(([, field]) => field !== undefined);
    const fields = given.map(([key, field]): [string, Wire] => [key, this.wire(field, `${path}.${key}`)]);
    if (type !== undefined) {
      const source = this.#sender.sourceNumber(value) ?? null;
      return { $: "record", type, fields: Object.fromEntries(fields), source };
    }
    if (!Object.hasOwn(value, "$")) return Object.fromEntries(fields);
    return { $: "dict", items: fields };
  }
}

function numberWire(value: number): Wire {
  return Number.isInteger(value) && !Object.is(value, -0) ? value : floatWire(value);
}

/** A float, which a whole number in JSON would not be. */
function floatWire(value: number): Wire {
  if (!Number.isInteger(value) && Number.isFinite(value)) return value;
  const text = Number.isFinite(value) ? `${Object.is(value, -0) ? "-0" : value}` : (namesOfFloats.get(value) ?? "nan");
  return { $: "float", text };
}

const namesOfFloats = new Map([
  [Number.POSITIVE_INFINITY, "inf"],
  [Number.NEGATIVE_INFINITY, "-inf"],
]);

/** How many values an iterable says that it has, as arrays and Sets do; null for one that does not. */
function lengthOf(values: object): number | null {
  const said: unknown = Reflect.get(values, "length") ?? Reflect.get(values, "size");
  return typeof said === "number" && Number.isSafeInteger(said) && said >= 0 ? said : null;
}

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return typeof value === "symbol" ? String(value) : `${value}`;
  return `a ${value.constructor?.name ?? "strange object"}`;
}

function suggestionFor(value: object): string {
  if (ArrayBuffer.isView(value)) return "give tensor(data, shape), or array(tensor(data, shape)) for a numpy array";
  if ("dataSync" in value) return "give tensor(await it.data(), it.shape)";
  if (value instanceof Promise) return "await it first";
  return "give its fields as a plain object, or what Python is to know of it";
}
