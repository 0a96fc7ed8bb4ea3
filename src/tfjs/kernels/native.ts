import * as tf from "@tensorflow/tfjs-core";

/** An attribute of a raw TensorFlow operation; `type` is one of the binding's TF_* numbers. */
interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean;
}

/** TensorFlow's handle of a tensor of any type. */
export interface RawTensor {
  readonly id: number;
}

interface Binding {
  readonly [constant: string]: unknown;
  executeOp(name: string, attributes: Attribute[], ids: number[], outputs: number): RawTensor[];
  deleteTensor(id: number): void;
}

/** What tfjs-node's backend can do beyond tfjs: run any operation of TensorFlow. */
interface RawOperations {
  readonly binding: Binding;
  getInputTensorIds(tensors: tf.Tensor[]): number[];
  createOutputTensor(made: RawTensor): tf.Tensor;
}

/** The attributes of an operation by name, by the kind that TensorFlow has them in. */
export interface Attributes {
  /** A type by the binding's name of it, or by TensorFlow's number where it has none. */
  readonly types?: Readonly<Record<string, "TF_FLOAT" | "TF_INT32" | number>>;
  readonly bools?: Readonly<Record<string, boolean>>;
}

function rawOperations(): RawOperations | null {
  const backend: unknown = tf.backend();
  return isRaw(backend) ? backend : null;
}

function isRaw(backend: unknown): backend is RawOperations {
  return typeof backend === "object" && backend !== null && "createOutputTensor" in backend && "binding" in backend;
}

/** Whether raw operations can be run: tfjs-node's native engine is the one in use. */
export function isNative(): boolean {
  return rawOperations() !== null;
}

/**
 * Runs a TensorFlow operation of one output by its name in https://www.tensorflow.org/api_docs/python/tf/raw_ops.
 * No gradient is recorded: that is for the caller, by `tf.customGrad`.
 */
export function runRaw(name: string, attributes: Attributes, inputs: tf.Tensor[]): tf.Tensor {
  const engine = rawEngine();
  return engine.toTensor(engine.run(name, attributes, inputs.map(engine.handleOf)));
}

/** Operations on handles, for types that tfjs does not know. What `run` makes is to be freed, or made a tensor. */
export interface RawEngine {
  run(name: string, attributes: Attributes, inputs: readonly RawTensor[]): RawTensor;
  handleOf(x: tf.Tensor): RawTensor;
  toTensor(made: RawTensor): tf.Tensor;
  free(made: RawTensor): void;
}

/** @throws Error when the engine is not the native one. */
export function rawEngine(): RawEngine {
  const raw = rawOperations();
  if (raw === null) throw new Error(`this needs the native engine, the engine is ${tf.getBackend()}`);
  const { binding } = raw;
  return {
    run(name, attributes, inputs) {
      const ids = inputs.map(({ id }) => id);
      return only(name, binding.executeOp(name, listed(attributes, binding), ids, 1));
    },
    handleOf: (x) => ({ id: only("getInputTensorIds", raw.getInputTensorIds([x])) }),
    toTensor: (made) => raw.createOutputTensor(made),
    free: ({ id }) => binding.deleteTensor(id),
  };
}

function only<T>(name: string, outputs: readonly T[]): T {
  const [output] = outputs;
  if (output === undefined) throw new Error(`${name} gave nothing`);
  return output;
}

function listed({ types, bools }: Attributes, binding: Binding): Attribute[] {
  const constant = (name: string) => Number(binding[name]);
  function ofKind<Value extends Attribute["value"]>(kind: string, values: Readonly<Record<string, Value>> = {}) {
    return Object.entries(values).map(([name, value]) => ({ name, type: constant(kind), value }));
  }
  const typeNumbers = Object.entries(types ?? {}).map(
    ([name, type]) => [name, typeof type === "number" ? type : constant(type)] as const,
  );
  return [...ofKind("TF_ATTR_TYPE", Object.fromEntries(typeNumbers)), ...ofKind("TF_ATTR_BOOL", bools)];
}
