import * as tf from "@tensorflow/tfjs-core";

/**
 * Signed gradient ascent of noise: moves eps against the sign of the gradient of -CE, so that CE rises. All tensors have one
 * number for each weight.
 */
export class NoiseAscent {
  /** Where gradients are accumulated and never cleared: the sign is that of their sum over all steps and batches so far. */
  readonly sums: tf.Variable | null;
  readonly #stepSize: number;

  constructor(weights: number, stepSize: number, options: { readonly accumulate: boolean }) {
    this.#stepSize = stepSize;
    this.sums = options.accumulate ? tf.tidy(() => tf.variable(tf.zeros([weights]))) : null;
  }

  /** `eps - stepSize * sign(gradient)`, with the gradient of -CE with respect to eps. */
  climb(eps: tf.Tensor1D, gradient: tf.Tensor): tf.Tensor1D {
    return tf.tidy(() => {
      this.remember(gradient);
      return tf.sub(eps, tf.mul(tf.sign(this.sums ?? gradient), this.#stepSize));
    });
  }

  /** Adds to the sums, where there are any. */
  remember(gradient: tf.Tensor): void {
    const { sums } = this;
    if (sums !== null) tf.tidy(() => sums.assign(tf.add(sums, gradient)));
  }

  dispose(): void {
    this.sums?.dispose();
  }
}
