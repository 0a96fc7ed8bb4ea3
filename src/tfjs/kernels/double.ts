import * as tf from "@tensorflow/tfjs-core";
import { type Attributes, type RawTensor, rawEngine } from "./native.ts";

/** A float64 tensor, which tfjs has no type for: TensorFlow's own handle. */
export type Double = RawTensor & { readonly isDouble: true };

/** TensorFlow's number of the type double, which the binding does not name. */
const double = 2;
const widening: Attributes = { types: { SrcT: "TF_FLOAT", DstT: double }, bools: { Truncate: false } };
const narrowing: Attributes = { types: { SrcT: double, DstT: "TF_FLOAT" }, bools: { Truncate: false } };

/** Computes in float64 on the native engine; what it makes on the way is freed with it. */
export class DoubleScope {
  readonly #engine = rawEngine();
  readonly #made: RawTensor[] = [];

  /** float32 to float64. */
  of(x: tf.Tensor): Double {
    return this.#keep("Cast", widening, [this.#engine.handleOf(x)]);
  }

  mean(x: Double, axes: readonly number[]): Double {
    const over = tf.tensor1d([...axes], "int32");
    const attributes: Attributes = { types: { T: double, Tidx: "TF_INT32" }, bools: { keep_dims: false } };
    return this.#keep("Mean", attributes, [x, this.#engine.handleOf(over)]);
  }

  /** Rounded to float32; the caller's. */
  round(x: Double): tf.Tensor {
    return this.#engine.toTensor(this.#engine.run("Cast", narrowing, [x]));
  }

  free(): void {
    for (const made of this.#made.splice(0)) this.#engine.free(made);
  }

  #keep(name: string, attributes: Attributes, inputs: readonly RawTensor[]): Double {
    const made = this.#engine.run(name, attributes, inputs);
    this.#made.push(made);
    return { ...made, isDouble: true };
  }
}

/** What `compute` gives, rounded to float32. The native engine only. */
export function inDouble<Results extends readonly Double[]>(
  compute: (scope: DoubleScope) => readonly [...Results],
): { [Place in keyof Results]: tf.Tensor } {
  const scope = new DoubleScope();
  try {
    return tf.tidy(() => compute(scope).map((result) => scope.round(result))) as { [P in keyof Results]: tf.Tensor };
  } finally {
    scope.free();
  }
}
