import type { Socket } from "node:net";
import { deserialize, serialize } from "node:v8";
import { AdsamError } from "../errors.ts";
import { Float, isPlain, pythonType, tuple } from "../interop/kinds.ts";

/** Messages that go over a socket, each as its length and what v8 makes of it, which knows typed arrays and bigints. */
export class Wire {
  readonly #socket: Socket;

  /** Tells of each message that comes. */
  constructor(socket: Socket, onMessage: (message: unknown) => void) {
    this.#socket = socket;
    let waiting = Buffer.alloc(0);
    socket.on("data", (piece: Buffer) => {
      waiting = Buffer.concat([waiting, piece]);
      while (waiting.length >= 4 && waiting.length >= 4 + waiting.readUInt32LE()) {
        const end = 4 + waiting.readUInt32LE();
        const message = deserialize(waiting.subarray(4, end));
        waiting = waiting.subarray(end);
        onMessage(unmarked(message));
      }
    });
  }

  /** @throws AdsamError `usage` for values that only the process that made them knows. */
  send(message: unknown): void {
    const body = serialize(marked(message));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(body.length);
    this.#socket.write(Buffer.concat([length, body]));
  }
}

/** What v8 would take for something else, marked: Python's floats and tuples. */
function marked(value: unknown): unknown {
  if (value instanceof Float) return { $float: value.value };
  if (Array.isArray(value)) return pythonType(value) === "tuple" ? { $tuple: value.map(marked) } : value.map(marked);
  if (typeof value === "function" || typeof value === "symbol") throw unknownTo(typeof value);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (!isPlain(value) || pythonType(value) !== undefined) throw unknownTo(value.constructor?.name ?? "an object");
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, marked(item)]));
}

function unmarked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unmarked);
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value)) return ofThisRealm(value);
  if ("$float" in value) return new Float(Number(value.$float));
  if ("$tuple" in value && Array.isArray(value.$tuple)) return tuple(...value.$tuple.map(unmarked));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, unmarked(item)]));
}

/** In vitest's vm pools Node's own modules give arrays of other classes than those that the tests have. */
function ofThisRealm(array: ArrayBufferView): unknown {
  const name = Object.prototype.toString.call(array).slice("[object ".length, -1);
  const here: unknown = Reflect.get(globalThis, name);
  return typeof here === "function" ? Reflect.construct(here, [array]) : array;
}

function unknownTo(what: string): AdsamError {
  return new AdsamError("usage", `expected tensors, numbers, texts, lists and objects of them, got ${what}`, {
    suggestion: "leave adversarial-sampling/vitest-setup out, which shares one Python among all files",
  });
}
