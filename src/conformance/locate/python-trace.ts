import * as z from "zod";
import type { TorchBackend } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import type { PythonObject } from "../../interop/handle.ts";
import { numbers } from "../../tensor/numbers.ts";
import { isTensor, type NamedTensors, type Tensor } from "../../tensor.ts";
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
  inner: z.array(z.string()),
});

const answer = z.object({
  double: z.boolean(),
  operations: z.array(operation),
  values: z.array(told),
  gradients: z.record(z.string(), told),
  given: z.record(z.string(), z.number().nullable()),
  outputs: z.array(z.number().nullable()),
  inputGradients: z.record(z.string(), told),
  taps: z.record(z.string(), z.number()),
});

/** A torch function that ran, by the numbers of its values. */
export type Operation = z.output<typeof operation>;

/** What a Python function computed on the way. */
export interface PythonTrace extends Omit<z.output<typeof answer>, "values" | "gradients" | "inputGradients"> {
  readonly values: readonly Value[];
  /** Of the loss by values, by their numbers. */
  readonly gradients: ReadonlyMap<number, Value>;
  readonly inputGradients: Readonly<Record<string, Value>>;
}

function snapshotOf({ values, ...rest }: z.output<typeof told>): Value {
  return { ...rest, values: Float64Array.from(numbers(values)) };
}

function mapped<In, Out>(record: Readonly<Record<string, In>>, change: (value: In) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/** A Python function that is followed, and asked what explains another's numbers. */
export interface PythonFunction {
  readonly fn: PythonObject;
  readonly inputs: NamedTensors;
  readonly differentiate: readonly string[];
  readonly tracing: PythonObject;
}

/** `package.module:function` of a folder. */
export async function findFunction(
  backend: TorchBackend,
  target: string,
  folder: string,
  inputs: NamedTensors,
  differentiate: readonly string[],
): Promise<PythonFunction> {
  const [module = "", name, ...more] = target.split(":");
  if (name === undefined || more.length > 0) {
    throw new AdsamError("usage", `expected package.module:function, got ${target}`);
  }
  const tracing = await backend.import("adsam_bridge.tracing");
  const fn = await (await backend.import(module, { folder })).get<PythonObject>(name);
  return { fn, inputs, differentiate, tracing };
}

/** Runs it, and tells what it computed. */
export async function tracePython({ fn, inputs, differentiate, tracing }: PythonFunction): Promise<PythonTrace> {
  const found = answer.parse(await tracing.method("trace", fn, { ...inputs }, [...differentiate]));
  const gradients = Object.entries(found.gradients).map(([key, one]): [number, Value] => [
    Number(key),
    snapshotOf(one),
  ]);
  return {
    ...found,
    values: found.values.map(snapshotOf),
    gradients: new Map(gradients),
    inputGradients: mapped(found.inputGradients, snapshotOf),
  };
}

const explanation = z.object({ operation: z.number(), kind: z.string(), detail: z.string() }).nullable();

/** A known fault in one operation that gives the port's numbers. */
export type Explanation = NonNullable<z.output<typeof explanation>>;

/** The fault that explains the port's outputs and gradients; null where none does. */
export async function explain(
  { fn, inputs, differentiate, tracing }: PythonFunction,
  suspects: readonly number[],
  port: readonly Tensor[],
): Promise<Explanation | null> {
  return explanation.parse(
    await tracing.method("explain", fn, { ...inputs }, [...differentiate], [...suspects], [...port]),
  );
}
