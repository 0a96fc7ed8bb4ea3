import type * as Tf from "@tensorflow/tfjs-core";
import pLimit from "p-limit";
import { AdsamError } from "../../errors.ts";
import { Float } from "../../interop/kinds.ts";
import { rebuilt, takenApart } from "../../port/structure.ts";
import { toTfjs } from "../../tensor/tfjs.ts";
import { elementCount, type NamedTensors, type Tensor } from "../../tensor.ts";
import { withErringKernels } from "../kernels/erring.ts";
import { numbers, sameNumbers } from "../numbers.ts";
import { gradientsOfLoss, projection } from "../pairs/tfjs-function.ts";
import type { Given } from "./given.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import type { Ran } from "./python-subject.ts";
import { type Expected, type Leaf, leafTensor, leavesOf } from "./results.ts";
import { isPromise, settled } from "./settled.ts";

/** A port: any function; what it takes is decided by how it is called. */
export type Port = (...values: never[]) => unknown;

/** How a port is called. */
export interface Convention {
  /** One argument for each parameter of Python's, or one object of them by name. */
  readonly call: "positional" | "named";
  /** What tensors are given as. */
  readonly as: TensorForm;
  /** How long its promise is waited for, in milliseconds. */
  readonly patience: number;
  /** Python's parameters in their order. */
  readonly parameters: readonly string[];
}

/**
 * What a port is given tensors as: those of TensorFlow.js; typed arrays, and numbers for what has no axes; numbers in rows; or
 * tensors of this package.
 */
export const tensorForms = ["tfjs", "arrays", "rows", "tensors"] as const;
/**
 * What a port is given tensors as.
 * @useDeclaredType
 */
export type TensorForm = (typeof tensorForms)[number];

/** What a port was asked for. */
export interface PortRequest {
  readonly given: Given;
  /** Arguments, and what the state starts from under `state.<name>`. */
  readonly inputs: NamedTensors;
  readonly draws: Ran["draws"];
  readonly differentiate: readonly string[];
  /** Has its kernels err as much as they may, in directions of this seed. */
  readonly erring?: number | undefined;
}

/** What a port gave. */
export interface PortAnswer {
  readonly named: NamedTensors;
  /** What it has drawn itself. */
  readonly draws: NamedTensors;
}

/** One call at a time: TensorFlow.js has one scope, one tape and one set of kernels. */
const inTurn = pLimit(1);

/**
 * Calls a port once: outputs, state and gradients by Python's names. No tensor is left behind.
 * @throws AdsamError `usage` for a promise where gradients are wanted, and for what holds no numbers; whatever the port throws.
 */
export async function callPort(
  port: Port,
  convention: Convention,
  request: PortRequest,
  expected: Expected & { readonly state: NamedTensors },
): Promise<PortAnswer> {
  const tf = await import("@tensorflow/tfjs-core");
  const { erring } = request;
  const call = () => scoped(tf, port, convention, request, expected);
  return inTurn(() => (erring === undefined ? call() : withErringKernels(tf, erring, call)));
}

async function scoped(
  tf: typeof Tf,
  port: Port,
  convention: Convention,
  request: PortRequest,
  expected: Expected & { readonly state: NamedTensors },
): Promise<PortAnswer> {
  const form = (one: Tensor) => formed(tf, one, convention.as);
  // Open until a promise is there too: what is made meanwhile is freed with the rest.
  tf.engine().startScope();
  try {
    const values = Object.fromEntries(Object.entries(request.inputs).map(([name, one]) => [name, form(one)]));
    const call = (given: Values) => port(...argumentsOf(convention, request, given, form));
    if (request.differentiate.length === 0)
      return answer(outcomeOf(await settled(call(values), convention.patience)), [], request, expected, values);
    const { outcome, gradients, kept } = differentiated(tf, call, values, request, expected);
    try {
      return answer(outcome, gradients, request, expected, values);
    } finally {
      tf.dispose(kept);
    }
  } finally {
    tf.engine().endScope();
  }
}

type Values = Readonly<Record<string, unknown>>;

function differentiated(
  tf: typeof Tf,
  call: (given: Values) => unknown,
  values: Values,
  { differentiate }: PortRequest,
  expected: Expected,
): { outcome: Outcome; gradients: Leaf[]; kept: Tf.Tensor[] } {
  const kept: Tf.Tensor[] = [];
  const keep = (value: Tf.Tensor) => kept.push(tf.keep(value));
  const leaves = differentiate.map((name) => values[name]).filter((one): one is Tf.Tensor => one instanceof tf.Tensor);
  const order = Object.keys(expected.outputs);
  let outcome: Outcome | undefined;
  const loss = () => {
    const returned = call(values);
    if (isPromise(returned)) {
      Promise.resolve(returned).catch(() => {}); // nobody waits for it
      throw new AdsamError("usage", "expected a tensor where gradients are wanted, got a promise", {
        suggestion: "return tensors at once, or leave differentiate out",
      });
    }
    outcome = outcomeOf(returned);
    const outputs = leavesOf(outcome.output, expected);
    const terms = outputs.flatMap(({ name, value }, i) => {
      if (!(value instanceof tf.Tensor)) return [];
      keep(value);
      const place = order.indexOf(name);
      return projection(tf, value, place < 0 ? i : place);
    });
    for (const value of [...Object.values(outcome.state), ...Object.values(outcome.draws)]) {
      if (value instanceof tf.Tensor) keep(value);
    }
    return tf.addN([tf.scalar(0), ...terms]);
  };
  const gradients = gradientsOfLoss(tf, loss, leaves);
  if (outcome === undefined) throw new Error("TensorFlow.js did not call the port");
  return { outcome, gradients: gradients.map((value, i) => ({ name: `gradient.${differentiate[i]}`, value })), kept };
}

function answer(
  { output, state, draws }: Outcome,
  gradients: readonly Leaf[],
  { inputs }: PortRequest,
  expected: Expected & { readonly state: NamedTensors },
  values: Values,
): PortAnswer {
  const outputs = leavesOf(output, expected);
  const read = (leaf: Leaf, like: Tensor | undefined): [string, Tensor] => [leaf.name, leafTensor(leaf, like)];
  const named = [
    ...outputs.map((leaf) => read(leaf, expected.outputs[leaf.name])),
    ...gradients.map((leaf) => read(leaf, undefined)),
    ...stateOf(state, values, inputs, expected.state),
  ];
  const drawn = Object.entries(draws).map(([name, value]) => read({ name, value }, undefined));
  return { named: Object.fromEntries(named), draws: Object.fromEntries(drawn) };
}

/** What the port says that the state is now, and arrays that it has written to; what stays as it was is no change. */
function stateOf(
  state: Outcome["state"],
  values: Values,
  inputs: NamedTensors,
  expected: NamedTensors,
): [string, Tensor][] {
  const now: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    if (ArrayBuffer.isView(value)) now[name.replace(/^state\./, "")] = value;
  }
  return Object.entries({ ...now, ...state }).flatMap(([name, value]) => {
    const before = inputs[`state.${name}`] ?? inputs[name];
    const after = leafTensor({ name: `state.${name}`, value }, expected[name] ?? before);
    const same = expected[name] === undefined && before !== undefined && sameNumbers(before, after);
    return same ? [] : [[`state.${name}`, after] as [string, Tensor]];
  });
}

function argumentsOf(
  { call, parameters }: Convention,
  { given, draws, inputs }: PortRequest,
  values: Values,
  form: (one: Tensor) => unknown,
): never[] {
  const filled = rebuilt(
    given.parts,
    given.names.map((name) => values[name]),
  );
  const floats = takenApart(filled, (part): part is Float => part instanceof Float); // a number is one to the port
  const named = rebuilt(
    floats,
    floats.tensors.map(({ value }) => value),
  ) as Record<string, unknown>;
  const state = Object.fromEntries(
    Object.keys(inputs).flatMap((name) => (name.startsWith("state.") ? [[name.slice(6), values[name]]] : [])),
  );
  const context =
    draws.length === 0 && Object.keys(state).length === 0
      ? []
      : [
          {
            state,
            draws: Object.fromEntries(draws.map((draw) => [draw.name, form(draw.values)])),
            sites: Object.fromEntries(draws.map((draw) => [draw.name, `${draw.file}:${draw.line}`])),
          },
        ];
  const first = call === "named" ? [named] : parameters.map((name) => named[name]);
  return [...first, ...context] as never[];
}

function formed(tf: typeof Tf, one: Tensor, form: TensorForm): unknown {
  switch (form) {
    case "tfjs":
      return toTfjs(tf, one);
    case "tensors":
      return { ...one, data: one.data.slice() };
    case "arrays":
      return one.shape.length === 0 ? one.data[0] : one.data.slice();
    case "rows":
      return rowsOf(numbers(one), one.shape);
  }
}

function rowsOf(values: Float64Array, [length, ...inner]: readonly number[]): unknown {
  if (length === undefined) return values[0];
  const size = elementCount(inner);
  return Array.from({ length }, (_, i) => rowsOf(values.subarray(i * size, (i + 1) * size), inner));
}
