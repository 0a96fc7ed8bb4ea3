import * as tf from "@tensorflow/tfjs-core";
import { elementCount } from "../../tensor.ts";

/** All numbers of the tensors, one after the other. */
export function flat(tensors: readonly tf.Tensor[]): tf.Tensor1D {
  const [first, ...others] = tensors.map((each) => shaped(each, [each.size]) as tf.Tensor1D);
  if (first === undefined) return tf.tensor1d([]);
  return others.length === 0 ? tf.clone(first) : tf.concat1d([first, ...others]);
}

/** The parts of a flat vector, shaped as these. */
export function parts(vector: tf.Tensor, like: readonly { readonly shape: readonly number[] }[]): tf.Tensor[] {
  if (like.length === 0) return [];
  const sizes = like.map(({ shape }) => elementCount(shape));
  return tf.split(vector, sizes).map((part, i) => shaped(part, like[i]?.shape ?? []));
}

/** The same numbers; a reshape is an operation like any other, so there is none where the shape is right. */
function shaped(tensor: tf.Tensor, shape: readonly number[]): tf.Tensor {
  return tf.util.arraysEqual(tensor.shape, [...shape]) ? tensor : tf.reshape(tensor, [...shape]);
}
