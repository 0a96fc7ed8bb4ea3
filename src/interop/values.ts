import { AdsamError } from "../errors.ts";
import { checkTensor, type NamedTensors, type Tensor } from "../tensor.ts";
import {
  array,
  bytearray,
  Complex,
  EnumMember,
  ellipsis,
  Float,
  frozenset,
  PythonPath,
  pythonType,
  record,
  Slice,
  TorchDevice,
  TorchDtype,
  tuple,
} from "./kinds.ts";

/**
 * Values on their way between the languages, as JSON in which "$" tells what JSON has no word for; adsam_bridge/interop/values.py
 * is the other side. Tensors travel beside it, by the names that it has for them.
 */
type Wire = null | boolean | number | string | readonly Wire[] | { readonly [key: string]: Wire };

/** A function of the user's that Python may call. */
export type Callback = (...values: never[]) => unknown;

/** What an object that stays in Python is, as Python tells it. */
export interface Handle {
  /** Its number in the session. */
  readonly number: number;
  /** Its class. */
  readonly type: string;
  /** The folder whose program it belongs to. */
  readonly folder: string;
}

/** Half of a character of two, which UTF-8 cannot hold. */
const lone = /\p{Surrogate}/u;

/** How deep lists may be in lists; adsam_bridge/interop/values.py has the same. */
const deepest = 200;

/** What a value cannot be written without. */
export interface Sender {
  /** The number of an object that stays in Python; undefined for what is none. @throws AdsamError `usage` for one of another backend. */
  numberOf(value: object): number | undefined;
  /** The number of a function that Python may call. */
  callback(call: Callback): number;
}

/** Writes values, and gathers their tensors. */
export class Outgoing {
  /** By the names that the values have for them. */
  readonly tensors: Record<string, Tensor> = {};
  /** What the caller calls each of them in its arguments. */
  readonly paths: Record<string, string> = {};
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
        return { $: "int", text: String(value) };
      case "string":
        return lone.test(value) ? { $: "text", utf16: Buffer.from(value, "utf16le").toString("base64") } : value;
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
    return { $: "callback", number: this.#sender.callback(value), name: value.name || "function" };
  }

  #within(value: object, path: string): Wire {
    if (this.#open.includes(value)) {
      throw new AdsamError("usage", `${path}: expected a value with an end, got one that holds itself`, {
        suggestion: "build it in Python, and give a handle to it",
      });
    }
    if (this.#open.length >= deepest) {
      throw new AdsamError("usage", `${path}: expected values at most ${deepest} deep in each other, got more`);
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
    const type = pythonType(value);
    if (Array.isArray(value)) {
      const items = Array.from(value, (item, i) => this.wire(item, `${path}[${i}]`));
      return type === "tuple" ? { $: "tuple", items } : items;
    }
    if (value instanceof Uint8Array) {
      return { $: type === "bytearray" ? "bytearray" : "bytes", base64: Buffer.from(value).toString("base64") };
    }
    if (value instanceof Set) {
      const items = [...value].map((item, i) => this.wire(item, `${path}{${i}}`));
      return { $: type === "frozenset" ? "frozenset" : "set", items };
    }
    if (value instanceof Map) {
      const items = [...value].map(([key, item]) => [
        this.wire(key, `a key of ${path}`),
        this.wire(item, `${path}.get(${String(key)})`),
      ]);
      return { $: "dict", items };
    }
    if ((Symbol.asyncIterator in value || Symbol.iterator in value) && !ArrayBuffer.isView(value)) {
      return { $: "iterable", number: this.#sender.callback(stepsOf(value as Values)) };
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
    if (value instanceof Float) return floatWire(value.value);
    if (value instanceof PythonPath) return { $: "path", text: value.path };
    if (value instanceof TorchDtype) return { $: "dtype", text: value.name };
    if (value instanceof TorchDevice) return { $: "device", text: value.name };
    if (value instanceof EnumMember) return { $: "enum", type: value.type, name: value.name };
    if (!(value instanceof Slice)) return undefined;
    const items = (["start", "stop", "step"] as const).map((bound) => this.wire(value[bound], `${path}.${bound}`));
    return { $: "slice", items };
  }

  #tensor(value: object, type: string | undefined, path: string): Wire {
    checkTensor(value, path);
    const known = this.#names.get(value);
    const name = known ?? String(this.#names.size);
    this.#names.set(value, name);
    this.tensors[name] = value;
    this.paths[name] ??= path;
    return { $: type === "numpy.ndarray" ? "array" : "tensor", tensor: name };
  }

  #fields(value: object, type: string | undefined, path: string): Wire {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      throw new AdsamError("usage", `${path}: expected a value that Python can be given, got ${describe(value)}`, {
        suggestion: suggestionFor(value),
      });
    }
    const given = Object.entries(value).filter(([, field]) => field !== undefined);
    const fields = given.map(([key, field]): [string, Wire] => [key, this.wire(field, `${path}.${key}`)]);
    if (type !== undefined) return { $: "record", type, fields: Object.fromEntries(fields) };
    if (!Object.hasOwn(value, "$")) return Object.fromEntries(fields);
    return { $: "dict", items: fields };
  }
}

type Values = AsyncIterable<unknown> | Iterable<unknown>;
const knownSteps = new WeakMap<object, Callback>();

/** The function by which Python walks over an iterable of ours: it begins, asks for a value at a time, and ends. */
function stepsOf(values: Values): Callback {
  const known = knownSteps.get(values);
  if (known !== undefined) return known;
  const walks = new Map<number, AsyncIterator<unknown> | Iterator<unknown>>();
  const begin = () => {
    const number = Math.max(0, ...walks.keys()) + 1;
    walks.set(number, Symbol.asyncIterator in values ? values[Symbol.asyncIterator]() : values[Symbol.iterator]());
    return number;
  };
  const steps = async (step: "begin" | "next" | "end", number = 0) => {
    if (step === "begin") return begin();
    const walk = walks.get(number);
    if (step === "next") {
      const { done, value } = (await walk?.next()) ?? { done: true, value: undefined };
      return done ? [] : [value];
    }
    walks.delete(number);
    await walk?.return?.();
    return null;
  };
  knownSteps.set(values, steps);
  return steps;
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

/** Reads values; what stays in Python becomes what `handle` makes of it. */
export class Incoming {
  readonly #tensors: NamedTensors;
  readonly #handle: (handle: Handle) => unknown;

  constructor(tensors: NamedTensors, handle: (handle: Handle) => unknown) {
    this.#tensors = tensors;
    this.#handle = handle;
  }

  /** The value that a JSON text stands for. */
  read(text: string): unknown {
    return this.#value(JSON.parse(text) as Wire);
  }

  #value(wire: Wire): unknown {
    if (typeof wire !== "object" || wire === null) return wire;
    if (isArray(wire)) return wire.map((item) => this.#value(item));
    if (typeof wire.$ === "string") return this.#tagged(wire.$, wire);
    return this.#fields(wire);
  }

  #fields(wire: Readonly<Record<string, Wire>>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(wire).map(([key, item]) => [key, this.#value(item)]));
  }

  #tagged(kind: string, wire: Readonly<Record<string, Wire>>): unknown {
    const items = () => (this.#value(wire.items ?? []) as unknown[]) ?? [];
    switch (kind) {
      case "handle":
        return this.#handle(wire as unknown as Handle);
      case "tensor":
        return this.#tensor(wire.tensor);
      case "array":
        return array(this.#tensor(wire.tensor));
      case "int":
        return BigInt(String(wire.text));
      case "float":
        return floats[String(wire.text)] ?? Number(wire.text);
      case "text":
        return Buffer.from(String(wire.utf16), "base64").toString("utf16le");
      case "complex":
        return new Complex(Number(this.#value(wire.real ?? 0)), Number(this.#value(wire.imag ?? 0)));
      case "bytes":
        return bytes(wire);
      case "bytearray":
        return bytearray(bytes(wire));
      case "tuple":
        return tuple(...items());
      case "set":
        return new Set(items());
      case "frozenset":
        return frozenset(items());
      case "dict":
        return new Map(items() as [unknown, unknown][]);
      case "slice": {
        const [start, stop, step] = items();
        return new Slice(start, stop, step);
      }
      case "path":
        return new PythonPath(String(wire.text));
      case "ellipsis":
        return ellipsis;
      case "dtype":
        return new TorchDtype(String(wire.text));
      case "device":
        return new TorchDevice(String(wire.text));
      case "enum":
        return new EnumMember(String(wire.type), String(wire.name), this.#value(wire.value ?? null));
      case "record":
        return record(String(wire.type), this.#fields(wire.fields as Record<string, Wire>));
      default:
        throw new AdsamError("python", `expected a kind of value that both sides know, got ${kind}`);
    }
  }

  #tensor(name: unknown): Tensor {
    const found = this.#tensors[String(name)];
    if (found === undefined) throw new AdsamError("python", `expected the tensor ${name} in Python's answer`);
    return found;
  }
}

const floats: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
};

function bytes(wire: Readonly<Record<string, Wire>>): Uint8Array {
  return new Uint8Array(Buffer.from(String(wire.base64), "base64"));
}

function isArray(wire: object): wire is readonly Wire[] {
  return Array.isArray(wire);
}
