import { AdsamError } from "../errors.ts";
import type { NamedTensors, Tensor } from "../tensor.ts";
import type { AskOptions } from "./asker.ts";
import { fill } from "./containers.ts";
import type { Kept } from "./kept.ts";
import {
  array,
  bytearray,
  Complex,
  EnumMember,
  ellipsis,
  frozenset,
  PythonPath,
  record,
  recordAsItWas,
  Slice,
  TorchDevice,
  TorchDtype,
  tuple,
} from "./kinds.ts";
import type { Outgoing } from "./outgoing.ts";
import type { Handle, Wire } from "./wire.ts";

/** What a value cannot be read without. */
export interface Receiver {
  /** What stands for what stays in Python. */
  handle(handle: Handle): unknown;
  /** Keeps what Python knows of a record. */
  keep(source: number): Kept;
}

/** Reads values. */
export class Incoming {
  readonly #tensors: NamedTensors;
  readonly #receiver: Receiver;
  readonly #given: Outgoing | undefined;
  /** The records that are being read. */
  readonly #open: object[] = [];

  /** @param given what Python was given, which may come back as itself. */
  constructor(tensors: NamedTensors, receiver: Receiver, given?: Outgoing) {
    this.#tensors = tensors;
    this.#receiver = receiver;
    this.#given = given;
  }

  /** The value that a JSON text stands for. */
  read(text: string): unknown {
    return this.#value(JSON.parse(text) as Wire);
  }

  /** Has the containers that were given hold what Python's copies of them hold now, of a JSON text. */
  change(text: string, onChanged: AskOptions["onChanged"]): void {
    const changed = JSON.parse(text) as Readonly<Record<string, Wire>>;
    this.#given?.containers.change(changed, (wire) => this.#value(wire), onChanged);
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
        return this.#receiver.handle(wire as unknown as Handle);
      case "tensor":
        return this.#tensor(wire.tensor);
      case "array":
        return array(this.#tensor(wire.tensor));
      case "int":
        return bigint(String(wire.text));
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
      case "given":
        return this.#given?.containers.get(wire.number).container;
      case "givenTensor":
        return this.#given?.tensors[String(wire.tensor)];
      case "record":
        return this.#record(wire);
      case "within":
        return this.#open.at(-1 - Number(wire.up));
      default:
        throw new AdsamError("python", `expected a kind of value that both sides know, got ${kind}`);
    }
  }

  #record(wire: Readonly<Record<string, Wire>>): object {
    const [type, fields] = [String(wire.type), wire.fields as Record<string, Wire>];
    if (wire.source === null) return record(type, this.#fields(fields)); // made here, and written down
    const made = recordAsItWas(type, {}, this.#receiver.keep(Number(wire.source)));
    this.#open.push(made); // what it holds may be itself
    fill(made, this.#fields(fields));
    this.#open.pop();
    return made;
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

/** Of hexadecimal digits: decimal ones Python writes up to 4300 of. */
function bigint(text: string): bigint {
  return text.startsWith("-") ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`);
}

function bytes(wire: Readonly<Record<string, Wire>>): Uint8Array {
  return new Uint8Array(Buffer.from(String(wire.base64), "base64"));
}

function isArray(wire: object): wire is readonly Wire[] {
  return Array.isArray(wire);
}
