import { resolve } from "node:path";
import type { Cancellable, TorchBackend } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import { elementCount, type NamedTensors, type Tensor } from "../../tensor.ts";
import { numbers } from "../numbers.ts";
import type { TfjsFunction } from "../pairs/pair.ts";
import { callTfjs } from "../pairs/tfjs-function.ts";
import { match } from "./matching.ts";
import { type Kernel, tracePort } from "./port-trace.ts";
import { explain, findFunction, type Operation, type PythonTrace, tracePython } from "./python-trace.ts";
import { equals, snapshotOf, type Value } from "./value.ts";
import { suspicion } from "./verdict.ts";

/** A line of a program, and what ran there. */
export interface SourceLine {
  /** The torch function, or the kernel of TensorFlow.js. */
  readonly operation: string;
  /** Its path. */
  readonly file: string;
  /** From 1 on. */
  readonly line: number;
}

/** A line of Python's. */
export interface PythonLine extends SourceLine {
  /** As it is written. */
  readonly text: string;
}

/** A fault that gives exactly a port's numbers. */
export interface KnownFault {
  /** Such as eps, axis, off by one. */
  readonly kind: string;
  /** What the port has, and what Python has. */
  readonly detail: string;
}

/** Where a port parts from the Python function. */
export interface PortDeparture {
  /** "backward" where all values agree, and gradients do not. */
  readonly phase: "forward" | "backward";
  /** The first operation of Python's that has no counterpart, though its inputs have. */
  readonly python: PythonLine;
  /** The port's first kernel that has none; null where no line of the port's can be named. */
  readonly port: SourceLine | null;
  /** What kind of fault gives exactly the port's numbers; null where none that is known does. */
  readonly fault: KnownFault | null;
  /** Other operations that have no counterpart: the fault may be there where the two are written differently. */
  readonly unmatched: readonly PythonLine[];
  /** The operations just before it, that have counterparts. */
  readonly before: readonly PythonLine[];
}

/** What following a port gave. */
export interface PortBisection {
  /** null where outputs and gradients agree. */
  readonly departure: PortDeparture | null;
  /** How many operations of Python's have counterparts. */
  readonly matched: number;
  /** How many have run. */
  readonly operations: number;
}

/** What is followed, and on what. */
export interface BisectPortOptions extends Cancellable {
  /** `package.module:function`, given the inputs as keyword arguments. */
  readonly torch: string;
  /** Where the module is; the working directory unless told otherwise. */
  readonly folder?: string | undefined;
  /** The port. */
  readonly tfjs: TfjsFunction;
  /** By the names of parameters. */
  readonly inputs: NamedTensors;
  /** Inputs whose gradients are followed too. */
  readonly differentiate?: readonly string[] | undefined;
}

/**
 * Finds the line where a TensorFlow.js port parts from a Python function, in code that nobody has annotated: what the two compute
 * on the way is matched by its numbers, up to layout and rounding, forward and backward; then known kinds of fault are put into the
 * suspected operations, to see whether one gives the port's numbers.
 * @throws AdsamError `usage` for a target that is none, and what either function throws.
 */
export async function bisectPort(
  backend: TorchBackend,
  { torch, folder = ".", tfjs, inputs, differentiate = [] }: BisectPortOptions,
): Promise<PortBisection> {
  const python = await findFunction(backend, torch, resolve(folder), inputs, differentiate);
  const theirs = await tracePython(python);
  const [found, ours] = await tracePort(() => callTfjs(tfjs, inputs, differentiate));
  const port = Object.values(found);
  const matching = match(theirs, ours);
  const matched = theirs.operations.filter(({ outputs }) =>
    outputs.every((output) => matching.python[output] !== "unmet"),
  ).length;
  const whole = { matched, operations: theirs.operations.length };
  if (sameEnds(theirs, found, differentiate)) return { departure: null, ...whole };
  const suspected = suspicion(theirs, ours, matching);
  const [likeliest] = suspected.operations;
  const fault = await explain(python, suspected.operations, port);
  const place = fault?.operation ?? likeliest;
  const lines = (places: readonly number[]) =>
    places.flatMap((i) => (i === place ? [] : (theirs.operations[i] ?? []))).map(lineOf);
  const operation = place === undefined ? undefined : theirs.operations[place];
  if (operation === undefined) throw new AdsamError("python", `${torch}: expected operations of torch's, got none`);
  const before = theirs.operations.filter(({ outputs }) => outputs.some((value) => operation.inputs.includes(value)));
  const departure = {
    phase: suspected.phase,
    python: lineOf(operation),
    port: suspected.kernel && kernelLine(suspected.kernel),
    fault: fault && { kind: fault.kind, detail: fault.detail },
    unmatched: fault === null ? lines(suspected.phase === "forward" ? suspected.operations.slice(0, 6) : []) : [],
    before: before.map(lineOf),
  };
  return { departure, ...whole };
}

function lineOf({ name, file, line, text }: Operation) {
  return { operation: name, file, line, text };
}

function kernelLine({ name, file, line }: Kernel): SourceLine {
  return { operation: name, file, line };
}

/** Whether outputs and gradients agree, number by number. */
function sameEnds(python: PythonTrace, port: NamedTensors, differentiate: readonly string[]): boolean {
  const outputs = python.outputs.map((number, i) => [
    number === null ? undefined : python.values[number],
    port[`output.${i}`],
  ]);
  const gradients = differentiate.map((name) => [python.inputGradients[name], port[`gradient.${name}`]]);
  return ([...outputs, ...gradients] as [Value | undefined, Tensor | undefined][]).every(
    ([value, one]) => value !== undefined && one !== undefined && same(value, one),
  );
}

function same(value: Value, { shape, ...one }: Tensor): boolean {
  if (elementCount(value.shape) !== elementCount(shape)) return false;
  return equals(value, snapshotOf(Float64Array.from(numbers({ shape, ...one } as Tensor)), shape));
}
