import { AdsamError } from "../../errors.ts";
import { Bytes } from "./pickle-bytes.ts";
import { called, global, NumpyArray, NumpyDtype, type Pickled } from "./pickle-numpy.ts";

const mark = Symbol("mark");

/** The stack machine that pickles are programs of, without anything that would run code. */
class Machine {
  readonly bytes: Bytes;
  readonly stack: (Pickled | typeof mark)[] = [];
  readonly memo = new Map<number, Pickled>();

  constructor(bytes: Uint8Array) {
    this.bytes = new Bytes(bytes);
  }

  push(value: Pickled): void {
    this.stack.push(value);
  }

  pop(): Pickled {
    const value = this.stack.pop();
    if (value === undefined || value === mark) throw new RangeError("its stack is empty");
    return value;
  }

  top(): Pickled {
    const value = this.pop();
    this.push(value);
    return value;
  }

  popMark(): Pickled[] {
    const start = this.stack.lastIndexOf(mark);
    if (start < 0) throw new RangeError("it lacks a mark");
    const values = this.stack.splice(start).slice(1);
    return values.filter((value) => value !== mark);
  }

  remember(place: number): void {
    this.memo.set(place, this.top());
  }

  recall(place: number): void {
    const value = this.memo.get(place);
    if (value === undefined) throw new RangeError(`it recalls ${place}, which it has not kept`);
    this.push(value);
  }
}

type Operation = (machine: Machine) => void;

function append(machine: Machine, values: Pickled[]): void {
  const list = machine.top();
  if (!Array.isArray(list)) throw new RangeError("it appends to no list");
  for (const value of values) list.push(value);
}

function setItems(machine: Machine, values: Pickled[]): void {
  const map = machine.top();
  if (!(map instanceof Map)) throw new RangeError("it sets items of no dictionary");
  for (let i = 0; i + 1 < values.length; i += 2) map.set(textOf(values[i] ?? null), values[i + 1] ?? null);
}

/** A key, or the name of a class: strings of Python 2 and bytes are told apart by no one here. */
export function textOf(value: Pickled): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value);
}

function tuple(length: number): Operation {
  return (machine) => {
    const values = Array.from({ length }, () => machine.pop());
    machine.push(values.reverse());
  };
}

/** By the operations' letters, as pickletools has them. */
const operations: Readonly<Record<string, Operation>> = {
  "\x80": ({ bytes }) => bytes.skip(1), // PROTO
  "\x95": ({ bytes }) => bytes.skip(8), // FRAME
  "(": ({ stack }) => stack.push(mark),
  N: (machine) => machine.push(null),
  "\x88": (machine) => machine.push(true),
  "\x89": (machine) => machine.push(false),
  J: (machine) => machine.push(machine.bytes.int(4, true)),
  K: (machine) => machine.push(machine.bytes.int(1)),
  M: (machine) => machine.push(machine.bytes.int(2)),
  "\x8a": (machine) => machine.push(machine.bytes.long(machine.bytes.int(1))),
  G: (machine) => machine.push(machine.bytes.double()),
  U: (machine) => machine.push(machine.bytes.take(machine.bytes.int(1))),
  T: (machine) => machine.push(machine.bytes.take(machine.bytes.int(4))),
  C: (machine) => machine.push(machine.bytes.take(machine.bytes.int(1))),
  B: (machine) => machine.push(machine.bytes.take(machine.bytes.int(4))),
  "\x8e": (machine) => machine.push(machine.bytes.take(machine.bytes.length())),
  X: (machine) => machine.push(machine.bytes.text(machine.bytes.int(4))),
  "\x8c": (machine) => machine.push(machine.bytes.text(machine.bytes.int(1))),
  "\x8d": (machine) => machine.push(machine.bytes.text(machine.bytes.length())),
  "]": (machine) => machine.push([]),
  l: (machine) => machine.push(machine.popMark()),
  a: (machine) => append(machine, [machine.pop()]),
  e: (machine) => append(machine, machine.popMark()),
  ")": (machine) => machine.push([]),
  t: (machine) => machine.push(machine.popMark()),
  "\x85": tuple(1),
  "\x86": tuple(2),
  "\x87": tuple(3),
  "}": (machine) => machine.push(new Map()),
  s: (machine) => setItems(machine, [machine.pop(), machine.pop()].reverse()),
  u: (machine) => setItems(machine, machine.popMark()),
  q: (machine) => machine.remember(machine.bytes.int(1)),
  r: (machine) => machine.remember(machine.bytes.int(4)),
  "\x94": (machine) => machine.remember(machine.memo.size),
  h: (machine) => machine.recall(machine.bytes.int(1)),
  j: (machine) => machine.recall(machine.bytes.int(4)),
  "0": (machine) => machine.pop(),
  "2": (machine) => machine.push(machine.top()),
  c: (machine) => machine.push(global(machine.bytes.line(), machine.bytes.line())),
  "\x93": (machine) => {
    const [name, module] = [machine.pop(), machine.pop()];
    machine.push(global(textOf(module), textOf(name)));
  },
  R: (machine) => {
    const [given, callable] = [machine.pop(), machine.pop()];
    machine.push(called(callable, Array.isArray(given) ? given : []));
  },
  b: (machine) => {
    const state = machine.pop();
    const made = machine.top();
    if (!(made instanceof NumpyArray || made instanceof NumpyDtype)) throw new RangeError("it builds what is no array");
    made.build(Array.isArray(state) ? state : []);
  },
};

/**
 * Reads a pickle (protocols 2 to 4) of plain values, lists, dictionaries and NumPy's arrays, without running anything.
 * @throws AdsamError `data` for what is damaged, and for what would run code, naming it.
 */
export function decodePickle(bytes: Uint8Array, path: string): Pickled {
  const machine = new Machine(bytes);
  try {
    for (;;) {
      const letter = String.fromCharCode(machine.bytes.int(1));
      if (letter === ".") return machine.pop();
      const operation = Object.hasOwn(operations, letter) ? operations[letter] : undefined;
      if (operation === undefined) throw new RangeError(`operation ${JSON.stringify(letter)} is not read`);
      operation(machine);
    }
  } catch (cause) {
    if (cause instanceof AdsamError)
      throw new AdsamError("data", `${path}: ${cause.message}`, { suggestion: cause.suggestion, cause });
    throw new AdsamError("data", `${path} is damaged: ${cause instanceof Error ? cause.message : cause}`, {
      suggestion: "it may be cut short: download or copy it again",
      cause,
    });
  }
}
