import type { Tensor } from "../tensor.ts";
import type { Kept } from "./kept.ts";

/**
 * A function of tensors that torch can differentiate when Python calls it.
 * @example
 *     new Crossing((x) => tensor(x.data.map(Math.sin), x.shape), (v, x) => [times(v, x.data.map(Math.cos))])
 */
export class Crossing {
  /** Gives a tensor for tensors; it may be async. */
  readonly forward: (...inputs: never[]) => unknown;
  /** Gives a gradient, or null, for each input: of the cotangent of the output, and the inputs. */
  readonly pullback: (cotangent: never, ...inputs: never[]) => unknown;

  /** Of a function and its pullback, v^T J. */
  constructor(forward: (...inputs: never[]) => unknown, pullback: (cotangent: never, ...inputs: never[]) => unknown) {
    this.forward = forward;
    this.pullback = pullback;
  }
}

/** A complex number. */
export class Complex {
  /** The real part. */
  readonly real: number;
  /** The imaginary part. */
  readonly imag: number;

  /** `real + imag i`. */
  constructor(real: number, imag: number) {
    this.real = real;
    this.imag = imag;
  }
}

/** A number that is a float in Python, also where it is whole: `new Float(1)` is `1.0`, and `1` is `1`. */
export class Float {
  /** The number. */
  readonly value: number;

  /** Of a number. */
  constructor(value: number) {
    this.value = value;
  }
}

/** A slice of Python's: `new Slice(0, 10)` is `0:10`. */
export class Slice<Bound = number | null> {
  /** The first index; null for the beginning. */
  readonly start: Bound;
  /** The index after the last; null for the end. */
  readonly stop: Bound;
  /** The distance between indices; null for 1. */
  readonly step: Bound;

  /** `start:stop:step`. */
  constructor(start: Bound, stop: Bound, step: Bound = null as Bound) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}

/** What `ellipsis` is. */
export class Ellipsis {
  /** Tells it from other objects without fields. */
  readonly text = "...";
}
/** Python's `...`. */
export const ellipsis: Ellipsis = Object.freeze(new Ellipsis());

/** A `pathlib.Path`. */
export class PythonPath {
  /** As the system writes it. */
  readonly path: string;

  /** Of a path as the system writes it. */
  constructor(path: string) {
    this.path = path;
  }

  /** The path. */
  toString(): string {
    return this.path;
  }
}

/** A `torch.dtype`. */
export class TorchDtype {
  /** Without `torch.`: float32. */
  readonly name: string;

  /** Of a name such as float32. */
  constructor(name: string) {
    this.name = name;
  }
}

/** A `torch.device`. */
export class TorchDevice {
  /** As torch writes it: cpu, cuda:0. */
  readonly name: string;

  /** Of a name such as cuda:0. */
  constructor(name: string) {
    this.name = name;
  }
}

/** A member of an `enum.Enum`; of a `Flag` also several of them, as `A|B`. */
export class EnumMember<Name extends string = string> {
  /** Its class, as `module:Qualname`. */
  readonly type: string;
  /** Its name. */
  readonly name: Name;
  /** What it stands for. */
  readonly value: unknown;

  /** Of a class, by name. */
  constructor(type: string, name: Name, value: unknown) {
    this.type = type;
    this.name = name;
    this.value = value;
  }
}

/** Arguments by name: the last ones of a call. */
export class Keywords<Values extends object = Readonly<Record<string, unknown>>> {
  /** By their names in Python. */
  readonly values: Values;

  /** Of values by name. */
  constructor(values: Values) {
    this.values = values;
  }
}

/** Arguments that Python is given by name, after those that it is given by place: `f.call(x, keywords({ dim: 1 }))`. */
export function keywords<Values extends object>(values: Values): Keywords<Values> {
  return new Keywords(values);
}

/** Whether an object is of no class: what Python has a dict for. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** What a value is in Python, where JavaScript has one thing for several of Python's. */
const python = Symbol.for("adversarial-sampling.python");

function branded<Value extends object>(value: Value, type: string): Value {
  return Object.defineProperty(value, python, { value: type });
}

/**
 * What JavaScript's own kinds do not tell of a value that came from Python, or goes there: "tuple" of an array, "frozenset" of a
 * Set, "bytearray" of bytes, "numpy.ndarray" of a tensor, "coroutine" of a function, and of an object the dataclass, named tuple or pydantic model that it
 * is, as `module:Qualname`. undefined for what is as it seems: a list, a set, bytes, a torch tensor, a dict.
 */
export function pythonType(value: object): string | undefined {
  return Reflect.get(value, python);
}

/** An array that is a tuple in Python; without this it is a list. */
export function tuple<const Items extends readonly unknown[]>(...items: Items): Items {
  return branded(items, "tuple");
}

/** A Set that is a frozenset in Python. */
export function frozenset<Item>(items: Iterable<Item>): Set<Item> {
  return branded(new Set(items), "frozenset");
}

/** A tensor that is a numpy array in Python; without this it is a torch tensor. */
export function array<T extends Tensor>(values: T): T {
  return branded({ ...values }, "numpy.ndarray");
}

/**
 * An object that is a dataclass, named tuple or pydantic model in Python: its class as `module:Qualname`, and its fields. It is
 * made there as Python makes one: with defaults for what is left out, and checked where the class checks.
 */
export function record<Fields extends object>(type: string, fields: Fields): Fields {
  return branded({ ...fields }, type);
}

/** What Python knows of a record that came from there. */
const source = Symbol.for("adversarial-sampling.source");

/** A record that came from Python and goes back as it was: nothing of its class runs, which could change it. */
export function recordAsItWas<Fields extends object>(type: string, fields: Fields, from: Kept): Fields {
  return Object.defineProperty(record(type, fields), source, { value: from });
}

/** What Python knows of a record that came from there; undefined for another. */
export function sourceOf(value: object): Kept | undefined {
  return Reflect.get(value, source);
}

/** Other fields for a record; what is none yet becomes one of that class. */
export function recordLike<Fields extends object>(value: object, type: string, fields: Fields): Fields {
  const [kind, from] = [pythonType(value) ?? type, sourceOf(value)];
  return from === undefined ? record(kind, fields) : recordAsItWas(kind, fields, from);
}

/**
 * A function that is a coroutine function in Python, which awaits what it gives; without this a call of it gives the value there,
 * of an async function too.
 */
export function coroutine<Values extends never[]>(
  call: (...values: Values) => unknown,
): (...values: Values) => Promise<unknown> {
  const awaited = async (...values: Values) => call(...values);
  return branded(Object.defineProperty(awaited, "name", { value: call.name }), "coroutine");
}

/** Bytes that are a bytearray in Python; without this they are bytes. */
export function bytearray(bytes: Uint8Array): Uint8Array {
  return branded(bytes.slice(), "bytearray");
}
