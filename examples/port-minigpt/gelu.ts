import * as tf from "@tensorflow/tfjs-core";

/** The tanh approximation of GELU: Hendrycks and Gimpel, "Gaussian Error Linear Units", arXiv 1606.08415. */
export function gelu(x: tf.Tensor): tf.Tensor {
  const cubed = tf.mul(x, tf.square(x));
  const inner = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, cubed)));
  return tf.mul(tf.mul(0.5, x), tf.add(1, tf.tanh(inner)));
}
