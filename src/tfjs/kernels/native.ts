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
  readonly shape: readonly number[];
}

interface Binding {
  readonly [constant: string]: unknown;
  executeOp(name: string, attributes: readonly Attribute[], ids: number[], outputs: number): RawTensor[];
  createTensor(shape: readonly number[], dtype: number, values: Int32Array | Float32Array): number;
  deleteTensor(id: number): void;
}

/** What tfjs-node's backend can do beyond tfjs: run any operation of TensorFlow. */
interface RawBackend {
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

function isRaw(backend: unknown): backend is RawBackend {
  return typeof backend === "object" && backend !== null && "createOutputTensor" in backend && "binding" in backend;
}

/** Whether raw operations can be run: tfjs-node's native engine is the one in use. */
export function isNative(): boolean {
  return isRaw(tf.backend());
}

/**
 * Operations of TensorFlow by their names in https://www.tensorflow.org/api_docs/python/tf/raw_ops, on handles. No gradient is
 * recorded, and nothing is freed by itself: what an operation makes is to be freed, or to be made a tensor of tfjs.
 */
export class RawEngine {
  readonly #backend: RawBackend;
  readonly #listed = new WeakMap<Attributes, readonly Attribute[]>();

  constructor(backend: RawBackend) {
    this.#backend = backend;
  }

  /** An operation of one output. Attributes that are the same object every time are taken apart only once. */
  run(name: string, attributes: Attributes, inputs: readonly RawTensor[]): RawTensor {
    const { binding } = this.#backend;
    const listed = this.#listed.get(attributes) ?? list(attributes, binding);
    this.#listed.set(attributes, listed);
    const ids = inputs.map(({ id }) => id);
    return only(name, binding.executeOp(name, listed, ids, 1));
  }

  /** The handle of a tensor, which stays the tensor's. */
  handleOf(x: tf.Tensor): RawTensor {
    return { id: only("getInputTensorIds", this.#backend.getInputTensorIds([x])), shape: x.shape };
  }

  create(values: Int32Array | Float32Array, shape: readonly number[]): RawTensor {
    const { binding } = this.#backend;
    const dtype = Number(values instanceof Int32Array ? binding.TF_INT32 : binding.TF_FLOAT);
    return { id: binding.createTensor(shape, dtype, values), shape };
  }

  /** Only of what `run` made. */
  toTensor(made: RawTensor): tf.Tensor {
    return this.#backend.createOutputTensor(made);
  }

  free({ id }: RawTensor): void {
    this.#backend.binding.deleteTensor(id);
  }
}

const engines = new WeakMap<RawBackend, RawEngine>();

/** @throws Error when the engine is not the native one. */
export function rawEngine(): RawEngine {
  const backend: unknown = tf.backend();
  if (!isRaw(backend)) throw new Error(`this needs the native engine, the engine is ${tf.getBackend()}`);
  const engine = engines.get(backend) ?? new RawEngine(backend);
  engines.set(backend, engine);
  return engine;
}

/** One operation on tensors of tfjs; a gradient is for the caller to give, by `tf.customGrad`. */
export function runRaw(name: string, attributes: Attributes, inputs: readonly tf.Tensor[]): tf.Tensor {
  const engine = rawEngine();
  const handles = inputs.map((input) => engine.handleOf(input));
  return engine.toTensor(engine.run(name, attributes, handles));
}

function only<T>(name: string, outputs: readonly T[]): T {
  const [output] = outputs;
  if (output === undefined) throw new Error(`${name} gave nothing`);
  return output;
}

function list({ types, bools }: Attributes, binding: Binding): Attribute[] {
  const constant = (name: string) => Number(binding[name]);
  function ofKind<Value extends Attribute["value"]>(kind: string, values: Readonly<Record<string, Value>> = {}) {
    return Object.entries(values).map(([name, value]) => ({ name, type: constant(kind), value }));
  }
  const typeNumbers = Object.entries(types ?? {}).map(
    ([name, type]) => [name, typeof type === "number" ? type : constant(type)] as const,
  );
  return [...ofKind("TF_ATTR_TYPE", Object.fromEntries(typeNumbers)), ...ofKind("TF_ATTR_BOOL", bools)];
}
