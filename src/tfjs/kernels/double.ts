import * as tf from "@tensorflow/tfjs-core";
import { type Attributes, type RawTensor, rawEngine } from "./native.ts";

/** TensorFlow's number of the type double, which neither tfjs nor the binding has a name for. */
const double = 2;
const widening: Attributes = { types: { SrcT: "TF_FLOAT", DstT: double }, bools: { Truncate: false } };
const averaging: Attributes = { types: { T: double, Tidx: "TF_INT32" }, bools: { keep_dims: false } };
const narrowing: Attributes = { types: { SrcT: double, DstT: "TF_FLOAT" }, bools: { Truncate: false } };

/** The mean of float32 numbers over `axes`, added up in float64 and rounded to float32. The native engine only. */
export function meanInDouble(x: tf.Tensor, axes: readonly number[]): tf.Tensor {
  const engine = rawEngine();
  const made: RawTensor[] = [];
  const run = (name: string, attributes: Attributes, ...inputs: RawTensor[]): RawTensor => {
    const result = engine.run(name, attributes, inputs);
    made.push(result);
    return result;
  };
  try {
    return tf.tidy(() => {
      const over = engine.handleOf(tf.tensor1d([...axes], "int32"));
      const mean = run("Mean", averaging, run("Cast", widening, engine.handleOf(x)), over);
      return engine.toTensor(engine.run("Cast", narrowing, [mean]));
    });
  } finally {
    for (const each of made) engine.free(each);
  }
}
