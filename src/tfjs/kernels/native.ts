import * as tf from "@tensorflow/tfjs-core";

/** An attribute of a raw TensorFlow operation; `type` is one of the binding's TF_* numbers. */
interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean | string | readonly number[];
}

/** What tfjs-node's backend can do beyond tfjs: run any operation of TensorFlow. */
interface RawOperations {
  readonly binding: Readonly<Record<string, number>>;
  executeMultipleOutputs(name: string, attributes: Attribute[], inputs: tf.Tensor[], outputs: number): tf.Tensor[];
}

/** The attributes of an operation by name, by the kind that TensorFlow has them in. */
export interface Attributes {
  readonly types?: Readonly<Record<string, "TF_FLOAT" | "TF_INT32">>;
  readonly ints?: Readonly<Record<string, readonly number[]>>;
  readonly floats?: Readonly<Record<string, number>>;
  readonly bools?: Readonly<Record<string, boolean>>;
  readonly strings?: Readonly<Record<string, string>>;
}

function rawOperations(): RawOperations | null {
  const backend: unknown = tf.backend();
  return isRaw(backend) ? backend : null;
}

function isRaw(backend: unknown): backend is RawOperations {
  return typeof backend === "object" && backend !== null && "executeMultipleOutputs" in backend && "binding" in backend;
}

/** Whether raw operations can be run: tfjs-node's native engine is the one in use. */
export function isNative(): boolean {
  return rawOperations() !== null;
}

/**
 * Runs a TensorFlow operation by its name in https://www.tensorflow.org/api_docs/python/tf/raw_ops.
 * No gradient is recorded: that is for the caller, by `tf.customGrad`.
 */
export function runRaw(name: string, attributes: Attributes, inputs: tf.Tensor[], outputs: number): tf.Tensor[] {
  const raw = rawOperations();
  if (raw === null) throw new Error(`${name} needs the native engine, the engine is ${tf.getBackend()}`);
  return raw.executeMultipleOutputs(name, listed(attributes, raw.binding), inputs, outputs);
}

/** As `runRaw`, for an operation with one output. */
export function runRawSingle(name: string, attributes: Attributes, inputs: tf.Tensor[]): tf.Tensor {
  const [output] = runRaw(name, attributes, inputs, 1);
  if (output === undefined) throw new Error(`${name} gave nothing`);
  return output;
}

function listed({ types, ints, floats, bools, strings }: Attributes, binding: RawOperations["binding"]): Attribute[] {
  function ofKind<Value extends Attribute["value"]>(kind: string, values: Readonly<Record<string, Value>> = {}) {
    return Object.entries(values).map(([name, value]) => ({ name, type: binding[kind] ?? Number.NaN, value }));
  }
  const typeNumbers = Object.entries(types ?? {}).map(([name, type]) => [name, binding[type] ?? Number.NaN] as const);
  return [
    ...ofKind("TF_ATTR_TYPE", Object.fromEntries(typeNumbers)),
    ...ofKind("TF_ATTR_INT", ints),
    ...ofKind("TF_ATTR_FLOAT", floats),
    ...ofKind("TF_ATTR_BOOL", bools),
    ...ofKind("TF_ATTR_STRING", strings),
  ];
}
