import * as tf from "@tensorflow/tfjs-core";
import { AdsamError } from "../errors.ts";
import type { BlockingFunction } from "../tensor/blocking-function.ts";
import { fromTfjs, toTfjs } from "../tensor/tfjs.ts";
import { elementCount, isTensor, kindOf, type NamedTensors, type Tensor } from "../tensor.ts";

/** What else an operation does. */
export interface PythonOperationOptions {
  /** Told the gradients of a module's own parameters, by their names, whenever TensorFlow.js goes back through it. */
  readonly onParameters?: ((gradients: NamedTensors) => void) | undefined;
}

/** What a Python function gives, in TensorFlow.js. */
export type PythonOutput = tf.Tensor | readonly tf.Tensor[];

/**
 * A Python function as an operation that `tf.grads` and its fellows differentiate: float32 in and out, the derivative is torch's.
 * What it computes must be a tensor or a list of tensors. Outputs of whole numbers and booleans have no derivative.
 * @throws AdsamError `usage` for a function that gives something else, for complex numbers that are to be differentiated, and
 *   for second derivatives.
 * @example
 *     const energy = pythonOperation(await (await physics.get("energy")).synchronous());
 *     const [dx] = tf.grads((x) => energy(x))([x]);
 */
export function pythonOperation<Output extends PythonOutput = tf.Tensor>(
  python: BlockingFunction,
  { onParameters }: PythonOperationOptions = {},
): (...inputs: readonly tf.Tensor[]) => Output {
  return (...inputs) => {
    const recorded = tf.engine().state.gradientDepth > 0;
    const given = inputs.map((input, i) => fromTfjs(input, `input ${i}`));
    if (!recorded) {
      const value = python.call(...given);
      return rebuilt(
        value,
        tensorsIn(value).map((output) => toTfjs(tf, output)),
      ) as Output;
    }
    given.forEach(checkReal);
    return recordedBy(python, given, inputs, onParameters) as Output;
  };
}

/** One flat vector of all real outputs is what TensorFlow.js differentiates: its own operations take it apart again. */
function recordedBy(
  python: BlockingFunction,
  given: readonly Tensor[],
  inputs: readonly tf.Tensor[],
  onParameters: PythonOperationOptions["onParameters"],
): PythonOutput {
  const at = python.vjp(...given);
  const outputs = tensorsIn(at.value);
  const real = outputs.filter(isReal);
  for (const output of outputs) if (kindOf(output.dtype) === "complex") throw complexNumbers("an output");
  const operation = tf.customGrad((...values: (tf.Tensor | tf.GradSaveFunc)[]) => ({
    value: tf.concat([tf.zeros([0]), ...real.map((output) => tf.reshape(toTfjs(tf, output), [-1]))]),
    gradFunc: (cotangent: tf.Tensor) => {
      if (tf.engine().state.gradientDepth > 0) {
        throw new AdsamError("usage", "expected first derivatives, got a second one of a Python function", {
          suggestion: "differentiate twice in Python",
        });
      }
      const parts = split(cotangent, real);
      const cotangents = outputs.map((output) => {
        const i = real.indexOf(output);
        return i < 0 ? null : fromTfjs(parts[i] ?? cotangent, `cotangent ${i}`);
      });
      const found = at.pullback(...cotangents);
      at.dispose();
      onParameters?.(found.parameters);
      return values.slice(0, inputs.length).map((value, i) => {
        const gradient = found.inputs[i];
        return gradient === undefined ? tf.zerosLike(value as tf.Tensor) : toTfjs(tf, gradient);
      });
    },
  }));
  const parts = split(operation(...inputs), real);
  return rebuilt(
    at.value,
    outputs.map((output) => parts[real.indexOf(output)] ?? toTfjs(tf, output)),
  );
}

function split(flat: tf.Tensor, like: readonly Tensor[]): tf.Tensor[] {
  let begin = 0;
  return like.map(({ shape }) => {
    const size = elementCount(shape);
    const part = tf.reshape(tf.slice(flat, [begin], [size]), [...shape]);
    begin += size;
    return part;
  });
}

function rebuilt(value: unknown, tensors: readonly tf.Tensor[]): PythonOutput {
  const [first] = tensors;
  return Array.isArray(value) || first === undefined ? tensors : first;
}

/** @throws AdsamError `usage` for what holds something else. */
function tensorsIn(value: unknown): Tensor[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (isTensor(item)) return item;
    const came = item === null ? "None" : typeof item === "object" ? item.constructor.name : typeof item;
    throw new AdsamError("usage", `expected a Python function that gives a tensor or a list of them, got ${came}`);
  });
}

function isReal({ dtype }: Tensor): boolean {
  return kindOf(dtype) === "real";
}

function checkReal({ dtype }: Tensor, i: number): void {
  if (kindOf(dtype) === "complex") throw complexNumbers(`input ${i}`);
}

function complexNumbers(what: string): AdsamError {
  return new AdsamError("usage", `expected real numbers to differentiate, got complex ones as ${what}`, {
    suggestion: "give real and imaginary parts apart",
  });
}
