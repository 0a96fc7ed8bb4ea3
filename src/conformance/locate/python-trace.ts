import * as z from "zod";
import type { TorchBackend } from "../../backend.ts";
import type { PythonObject } from "../../interop/handle.ts";
import { programOf } from "../../interop/program.ts";
import type { ProgramInput } from "../../schema/options.ts";
import { numbers } from "../../tensor/numbers.ts";
import { isTensor, type NamedTensors, type Tensor } from "../../tensor.ts";
import type { Arguments } from "../prove/given.ts";
import type { PythonSubject } from "../prove/python-subject.ts";
import type { Value } from "./value.ts";

const told = z.object({
  values: z.custom<Tensor>(isTensor),
  shape: z.array(z.number()),
  whole: z.boolean(),
  mean: z.number(),
  square: z.number(),
  rounding: z.number().nullable(),
});

const operation = z.object({
  name: z.string(),
  file: z.string(),
  line: z.number(),
  text: z.string(),
  inputs: z.array(z.number()),
  outputs: z.array(z.number()),
});

const answer = z.object({
  operations: z.array(operation),
  values: z.array(told),
  gradients: z.record(z.string(), told),
  returns: z.record(z.string(), z.number().nullable()),
  ends: z.record(z.string(), told),
  taps: z.record(z.string(), z.number()),
});

/** A torch function that ran, by the numbers of its values. */
export type Operation = z.output<typeof operation>;

/** What a Python function computed on the way. */
export interface PythonTrace extends Pick<z.output<typeof answer>, "operations" | "returns" | "taps"> {
  readonly values: readonly Value[];
  /** Of the loss by values, by their numbers. */
  readonly gradients: ReadonlyMap<number, Value>;
  /** Outputs, gradients and state by name. */
  readonly ends: ReadonlyMap<string, Value>;
}

function snapshotOf({ values, ...rest }: z.output<typeof told>): Value {
  return { ...rest, values: Float64Array.from(numbers(values)) };
}

/** A Python function on one set of arguments, with what it draws. */
export interface FollowedFunction {
  readonly subject: PythonSubject;
  readonly given: Arguments;
  readonly differentiate: readonly string[];
  readonly draws: readonly Tensor[];
}

const wordsOf = ({ subject, given, differentiate, draws }: FollowedFunction) =>
  [subject.python, { ...given }, [...differentiate], [...draws]] as const;

/** Python's side of following a function. */
export class Tracing {
  readonly #python: PythonObject;

  private constructor(python: PythonObject) {
    this.#python = python;
  }

  static async of(backend: TorchBackend, { folder, argv, cuda }: ProgramInput): Promise<Tracing> {
    return new Tracing(await backend.import("adsam_bridge.tracing", programOf({ folder, argv, cuda }, "bisect")));
  }

  /** Runs a function, and tells what it computed. */
  async trace(followed: FollowedFunction): Promise<PythonTrace> {
    const found = answer.parse(await this.#python.method("trace", ...wordsOf(followed)));
    const gradients = Object.entries(found.gradients).map(([key, one]) => [Number(key), snapshotOf(one)] as const);
    const ends = Object.entries(found.ends).map(([name, one]) => [name, snapshotOf(one)] as const);
    return { ...found, values: found.values.map(snapshotOf), gradients: new Map(gradients), ends: new Map(ends) };
  }

  /** The fault that explains what a port gives, by name; null where none does. */
  async explain(
    followed: FollowedFunction,
    suspects: readonly number[],
    port: NamedTensors,
  ): Promise<Explanation | null> {
    return explanation.parse(await this.#python.method("explain", ...wordsOf(followed), [...suspects], { ...port }));
  }
}

const explanation = z.object({ operation: z.number(), kind: z.string(), detail: z.string() }).nullable();

/** A known fault in one operation that gives the port's numbers. */
export type Explanation = NonNullable<z.output<typeof explanation>>;
