import * as tf from "@tensorflow/tfjs-core";

/** One number for each of the two axes of an image. */
export type HeightWidth = readonly [height: number, width: number];

/** Zeros on each side. */
export interface Border {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export interface Geometry {
  readonly stride: HeightWidth;
  readonly dilation: HeightWidth;
  readonly border: Border;
  readonly groups: number;
}

/**
 * 2-D convolution (cross-correlation, as in torch), with gradients for x and weight.
 *
 * Dilation spreads the kernel with zeros and groups are convolved one by one: tfjs has gradients for neither.
 * @param x [N, H, W, C], channels last.
 * @param weight [out, C / groups, height, width], torch's layout.
 * @returns [N, H', W', out].
 */
export function convolution(x: tf.Tensor, weight: tf.Tensor, geometry: Geometry): tf.Tensor {
  const kernel = spread(tf.transpose(weight, [2, 3, 1, 0]), geometry.dilation);
  if (geometry.groups === 1) return dense(x, kernel, geometry);
  const kernels = tf.split(kernel, geometry.groups, 3);
  const parts = tf.split(x, geometry.groups, 3);
  return tf.concat(
    kernels.flatMap((part, i) => (parts[i] === undefined ? [] : [dense(parts[i], part, geometry)])),
    3,
  );
}

/** The kernel [height, width, in, out] with `dilation - 1` zeros between its numbers. */
function spread(kernel: tf.Tensor, [down, across]: HeightWidth): tf.Tensor {
  if (down === 1 && across === 1) return kernel;
  const [height = 0, width = 0, inputs = 0, outputs = 0] = kernel.shape;
  const apart = tf.pad(tf.reshape(kernel, [height, 1, width, 1, inputs, outputs]), [
    [0, 0],
    [0, down - 1],
    [0, 0],
    [0, across - 1],
    [0, 0],
    [0, 0],
  ]);
  const whole = tf.reshape(apart, [height * down, width * across, inputs, outputs]);
  return tf.slice(whole, [0, 0, 0, 0], [(height - 1) * down + 1, (width - 1) * across + 1, inputs, outputs]);
}

/**
 * "same" where TensorFlow pads so by itself, otherwise zeros and "valid": with explicit padding tfjs has no gradient, and
 * TensorFlow's raw one leaves its fast kernels (measured: 11.5 ms instead of 2.5 for a kernel's gradient).
 */
function dense(x: tf.Tensor, kernel: tf.Tensor, { stride, border }: Geometry): tf.Tensor {
  const same = padsByItself(x, kernel, stride, border);
  const input = same ? x : padded(x, border);
  return tf.conv2d(input as tf.Tensor4D, kernel as tf.Tensor4D, [...stride], same ? "same" : "valid");
}

function padded(x: tf.Tensor, { top, bottom, left, right }: Border): tf.Tensor {
  if (top + bottom + left + right === 0) return x;
  return tf.pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
}

/** Whether TensorFlow's "same" pads as `border` says: for as many outputs as x / stride, the odd zero at the end. */
function padsByItself(
  x: tf.Tensor,
  kernel: tf.Tensor,
  stride: HeightWidth,
  { top, bottom, left, right }: Border,
): boolean {
  const zeros = (axis: 0 | 1): readonly [before: number, after: number] => {
    const [length = 0, reach = 0] = [x.shape[axis + 1], kernel.shape[axis]];
    const total = Math.max((Math.ceil(length / stride[axis]) - 1) * stride[axis] + reach - length, 0);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  };
  return [...zeros(0), ...zeros(1)].join() === [top, bottom, left, right].join();
}
