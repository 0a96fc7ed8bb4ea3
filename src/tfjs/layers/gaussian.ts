import * as tf from "@tensorflow/tfjs-core";
import { AdsamError } from "../../errors.ts";
import { leastPriorSigma } from "../../schema/models.ts";
import { exp } from "../kernels/exp.ts";
import { withGradient } from "../kernels/gradient.ts";
import type { NoiseSource } from "../noise.ts";
import { Layer, type Posterior, type Way, type Weights } from "./layer.ts";

/** Shape of a weight or bias in torch's layout; null: there is no such part. */
export type Shape = readonly number[] | null;

/** What a Gaussian layer is told beyond its operation. */
export interface Prior {
  /** Standard deviation of the prior N(0, sigma^2). */
  readonly priorSigma: number;
  /** Initial log sigma of every weight. */
  readonly initLogSigma: number;
}

/** The means of a layer's weights; null where the layer has none. */
export interface Means {
  /** Of what the input is multiplied with. */
  readonly weight: tf.Variable | null;
  /** Of what is added. */
  readonly bias: tf.Variable | null;
}

/** mu, log sigma and stored noise of one tensor of weights. */
interface Random extends Posterior {
  readonly mu: tf.Variable;
  readonly eps: tf.Variable;
}

/**
 * Sum over all weights of KL(N(mu, e^2s) || N(0, priorSigma^2)), in nats, a scalar.
 *
 * Per weight: log(priorSigma) - s + (e^2s + mu^2) / (2 priorSigma^2) - 1/2, s = log sigma.
 */
export function klDivergence(posteriors: readonly Posterior[], priorSigma: number): tf.Scalar {
  if (posteriors.length === 0) return tf.scalar(0);
  const [mus, logSigmas] = [posteriors.map(({ mu }) => mu), posteriors.map(({ logSigma }) => logSigma)];
  const precision = priorSigma ** -2;
  // Recorded, the sum would keep nine numbers of every weight until its backward.
  const total = withGradient(
    [...mus, ...logSigmas],
    () => ({ value: divergenceOf(mus, logSigmas, priorSigma), saved: [...mus, ...logSigmas] }),
    (dy, saved) =>
      saved.map((x, i) =>
        tf.tidy(() => {
          if (i < mus.length) return tf.mul(x, tf.mul(dy, precision));
          return tf.mul(tf.sub(tf.mul(tf.exp(tf.mul(2, x)), precision), 1), dy);
        }),
      ),
  );
  return total as tf.Scalar;
}

/** What a step of it leaves is freed before the next: each has a number for every weight. */
function divergenceOf(mus: readonly tf.Tensor[], logSigmas: readonly tf.Tensor[], priorSigma: number): tf.Scalar {
  const flat = (parts: readonly tf.Tensor[]) => tf.concat(parts.map((part) => tf.reshape(part, [-1])));
  return tf.tidy(() => {
    const variance = tf.tidy(() => tf.exp(tf.mul(2, flat(logSigmas))));
    const squares = tf.tidy(() => tf.square(flat(mus)));
    const spread = tf.tidy(() => tf.div(tf.add(variance, squares), 2 * priorSigma ** 2));
    tf.dispose([variance, squares]);
    const difference = tf.tidy(() => tf.sub(spread, flat(logSigmas)));
    spread.dispose();
    return tf.sum(tf.add(difference, Math.log(priorSigma) - 0.5));
  });
}

/**
 * Weights drawn from N(mu, sigma^2), with a prior N(0, priorSigma^2).
 * Blundell et al., "Weight Uncertainty in Neural Networks", ICML 2015.
 *
 * The names are the checkpoint's: `mu_*`, `sigma_*` (which holds **log** sigma, despite the name) and `eps_*`, the stored
 * noise, 0 at first.
 */
export abstract class Gaussian extends Layer {
  readonly #priorSigma: number;
  readonly #weight: Random | null;
  readonly #bias: Random | null;
  #noise: NoiseSource;

  /** Means start at 0, log sigmas at `initLogSigma`. */
  protected constructor({ priorSigma, initLogSigma }: Prior, noise: NoiseSource, weight: Shape, bias: Shape) {
    super();
    if (!(priorSigma >= leastPriorSigma && priorSigma <= 1 / leastPriorSigma)) {
      throw new AdsamError("usage", `expected priorSigma from 1e-12 to 1e12, got ${priorSigma}`);
    }
    this.#priorSigma = priorSigma;
    this.#noise = noise;
    this.#weight = this.#random("weight", weight, initLogSigma);
    this.#bias = this.#random("bias", bias, initLogSigma);
  }

  #random(part: "weight" | "bias", shape: Shape, initLogSigma: number): Random | null {
    if (shape === null) return null;
    const mu = tf.tidy(() => tf.variable(tf.zeros([...shape])));
    const logSigma = tf.tidy(() => tf.variable(tf.fill([...shape], initLogSigma)));
    const eps = tf.tidy(() => tf.variable(tf.zeros([...shape])));
    this.hold(`mu_${part}`, "mean", part, mu);
    this.hold(`sigma_${part}`, "logSigma", part, logSigma);
    this.hold(`eps_${part}`, "noise", part, eps);
    return { mu, logSigma, eps };
  }

  /** The means, to be given their initial values. */
  protected get means(): Means {
    return { weight: this.#weight?.mu ?? null, bias: this.#bias?.mu ?? null };
  }

  drawFrom(source: NoiseSource): void {
    this.#noise = source;
  }

  posteriors(): readonly Posterior[] {
    return [this.#weight, this.#bias].filter((part) => part !== null);
  }

  kl(): tf.Scalar {
    return klDivergence(this.posteriors(), this.#priorSigma);
  }

  /** `mu + exp(log sigma) * eps`; weight first and then bias, one draw each. */
  weights({ sample = true, fix = false }: Way): Weights {
    const drawn = (part: Random | null) => {
      if (part === null || !sample) return part?.mu ?? null;
      const eps = fix ? part.eps : this.#noise.draw(part.mu.shape);
      return tf.add(part.mu, tf.mul(exp(part.logSigma), eps));
    };
    const weight = drawn(this.#weight);
    return { weight, bias: drawn(this.#bias) };
  }
}
