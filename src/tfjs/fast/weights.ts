import * as tf from "@tensorflow/tfjs-core";
import { exp } from "../kernels/exp.ts";
import { klDivergence } from "../layers/gaussian.ts";

/** What makes weights random: N(mean, sigma^2) elementwise, with the prior N(0, priorSigma^2). */
interface Spread {
  readonly sigma: tf.Tensor1D;
  readonly logSigma: tf.Tensor1D;
  readonly priorSigma: number;
}

/** What one forward adds to the gradient of a loss. */
export interface Contribution {
  /** What the loss multiplies the forward's cross-entropy by. */
  readonly share: number;
  /** Of the cross-entropy with respect to the weights that the forward used, P numbers. */
  readonly gradient: tf.Tensor;
  /** The noise that they were drawn with, P numbers; null when they were not drawn. */
  readonly eps: tf.Tensor | null;
}

/** A loss's gradients with respect to the parameters, P numbers each. */
export interface ParameterGradients {
  readonly mean: tf.Tensor;
  /** null: the weights have no distribution. */
  readonly logSigma: tf.Tensor | null;
}

/** All P weights of a network in flat vectors, as `Layout` lays them out. */
export class FlatWeights {
  readonly #mean: tf.Tensor1D;
  /** null: the weights have no distribution, and are the mean itself. */
  readonly #spread: Spread | null;

  constructor(mean: tf.Tensor1D, prior: Omit<Spread, "sigma"> | null) {
    this.#mean = mean;
    this.#spread = prior && { ...prior, sigma: exp(prior.logSigma) };
  }

  /** `mean + sigma * eps`; the mean itself without eps. */
  at(eps: tf.Tensor1D | null): tf.Tensor1D {
    if (eps === null || this.#spread === null) return this.#mean;
    return tf.add(this.#mean, tf.mul(this.#spread.sigma, eps));
  }

  /** Means and log sigmas, 2 P numbers; without a distribution the means alone. */
  theta(): tf.Tensor1D {
    return this.#spread === null ? this.#mean : tf.concat1d([this.#mean, this.#spread.logSigma]);
  }

  /** KL divergence from the prior, a scalar, in nats; null without a distribution. */
  kl(): tf.Scalar | null {
    if (this.#spread === null) return null;
    const { logSigma, priorSigma } = this.#spread;
    return klDivergence([{ mu: this.#mean, logSigma }], priorSigma);
  }

  /** d CE / d eps = sigma * d CE / d weights. */
  noiseGradient(gradient: tf.Tensor): tf.Tensor {
    return this.#spread === null ? tf.zerosLike(gradient) : tf.mul(this.#spread.sigma, gradient);
  }

  /**
   * Of `sum of share * cross-entropy, + klShare * KL`. With g = d CE / d weights: d CE / d mean = g,
   * d CE / d log sigma = g * sigma * eps, d KL / d mean = mean / priorSigma^2, d KL / d log sigma = (sigma / priorSigma)^2 - 1.
   */
  gradients(contributions: readonly Contribution[], klShare: number): ParameterGradients {
    const weighted = () => contributions.map(({ share, gradient }) => tf.mul(gradient, share));
    if (this.#spread === null) return { mean: tf.tidy(() => tf.addN(weighted())), logSigma: null };
    const { sigma, priorSigma } = this.#spread;
    const precision = klShare / priorSigma ** 2;
    return tf.tidy(() => {
      const direct = weighted();
      const mean = tf.tidy(() => tf.addN([...direct, tf.mul(this.#mean, precision)]));
      const stretched = contributions.flatMap(({ eps }, i) => {
        const product = eps && direct[i] ? tf.mul(direct[i], eps) : [];
        direct[i]?.dispose();
        return product;
      });
      return { mean, logSigma: tf.sub(tf.mul(sigma, tf.addN([...stretched, tf.mul(sigma, precision)])), klShare) };
    });
  }

  /** Frees the vectors; tensors computed from them stay. */
  dispose(): void {
    tf.dispose(this.#spread === null ? [this.#mean] : [this.#mean, this.#spread.logSigma, this.#spread.sigma]);
  }
}
