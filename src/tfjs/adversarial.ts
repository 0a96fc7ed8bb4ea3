import * as tf from "@tensorflow/tfjs-core";
import { AdsamError } from "../errors.ts";
import type { TrainingMeans } from "../schema/events.ts";
import { type Fidelity, fidelityPresets, type StepOptions } from "../schema/options.ts";
import { NoiseAscent } from "./ascent.ts";
import type { Network } from "./models/network.ts";
import { accuracy, crossEntropy, defaultBeta, elbo } from "./objective.ts";
import { type ByName, createOptimizer, type Optimizer } from "./optimizers.ts";
import { differentiate, numberOf, scoped } from "./passes.ts";
import type { NamedVariables } from "./tensors.ts";

/** A part of the loss with a weight up to this is left out. */
const negligible = 1e-7;

/** Told of every forward, before anything moves: whether it used the stored noise, and its CE. */
export type Observer = (fixedNoise: boolean, crossEntropy: number) => void;

interface Forward {
  readonly logits: tf.Tensor;
  readonly crossEntropy: tf.Scalar;
}

interface Expectation extends Forward {
  readonly kl: tf.Scalar | null;
}

/** What is measured on the way to the loss. */
type Measured = Omit<TrainingMeans, "adversarialRise">;

/** The four switches: the preset's, unless the options override them one by one. */
export function resolveFidelity(options: StepOptions): Fidelity {
  const preset = fidelityPresets[options.fidelity];
  return {
    epsilonGradients: options.epsilonGradients ?? preset.epsilonGradients,
    optimizerReset: options.optimizerReset ?? preset.optimizerReset,
    metricForward: options.metricForward ?? preset.metricForward,
    runningStatistics: options.runningStatistics ?? preset.runningStatistics,
  };
}

/** Options that say how torch is to compute mean nothing here. */
function refuseForeign({ kernels, tf32 }: StepOptions): void {
  if (kernels === "auto" && !tf32) return;
  const given = tf32 ? "tf32" : `kernels ${kernels}`;
  throw new AdsamError("usage", `the backend tfjs has no ${given}`, {
    suggestion: "leave kernels and tf32 as they are, or take the backend torch",
  });
}

/**
 * Trains a network by Adversarial Sampling, one batch at a time: Zhang et al., "Improving Bayesian Neural Networks by
 * Adversarial Sampling", AAAI 2022, doi 10.1609/aaai.v36i9.21250. The noise of the weights is moved to where the loss
 * is worst, and that worst case is trained on beside the evidence lower bound.
 *
 * With (alpha, steps, ratio, samplings) of the options and beta = 1 / N / 100:
 *
 * 1. eps ~ N(0, 1) for every weight;
 * 2. `steps` times: eps <- eps + alpha * sign(d CE / d eps);
 * 3. adversarial loss = CE at that eps;
 * 4. ELBO loss = mean of CE over `samplings` fresh draws of the weights, + beta * KL;
 * 5. loss = (1 - ratio) * ELBO + ratio * adversarial, minimised by one step of the optimizer.
 *
 * A network without random weights takes one plain step on CE.
 */
export class AdversarialStep {
  readonly fidelity: Fidelity;
  /** The parameters by name. */
  readonly trained: NamedVariables;
  /** Moves the stored noise in 2, and keeps its gradients from batch to batch where they are accumulated. */
  readonly ascent: NoiseAscent;
  optimizer: Optimizer;
  readonly #model: Network;
  readonly #options: StepOptions;
  readonly #observe: Observer | undefined;
  readonly #bayesian: boolean;
  readonly #ratio: number;
  readonly #beta: number;
  readonly #everyForward: boolean;

  /** The model is to be in train mode in every step; `trainingSize` is the N of beta. */
  constructor(model: Network, options: StepOptions, trainingSize: number, observe?: Observer) {
    refuseForeign(options);
    this.fidelity = resolveFidelity(options);
    this.trained = model.parameters;
    this.ascent = new NoiseAscent(model.storedNoise, options.stepSize, {
      accumulate: this.fidelity.epsilonGradients === "accumulated",
    });
    this.optimizer = createOptimizer(options, this.trained);
    this.#model = model;
    this.#options = options;
    this.#observe = observe;
    this.#bayesian = model.bayesian;
    this.#ratio = this.#bayesian ? options.ratio : 0;
    this.#beta = options.beta ?? defaultBeta(trainingSize);
    this.#everyForward = this.fidelity.runningStatistics === "every-forward";
  }

  /** A new optimizer without moments, at the initial learning rate. */
  restartOptimizer(): void {
    this.optimizer.dispose();
    this.optimizer = createOptimizer(this.#options, this.trained);
  }

  /** One step on images x [N, H, W, 3] of classes y [N], int32. */
  take(x: tf.Tensor, y: tf.Tensor1D): TrainingMeans {
    return scoped(() => {
      const adversarial = this.#ratio > negligible;
      const first = adversarial ? this.#ascend(x, y) : null;
      // The published code never clears what this backward leaves on the noise that it used.
      const eps = adversarial && this.ascent.sums !== null ? this.ascent.eps : [];
      const leaves = new Map([...this.trained, ...eps]);
      const [measured, gradients] = byName(() => this.#evaluate(x, y), leaves);
      const accuracy = this.#metricAccuracy(x, y) ?? measured.accuracy;
      this.ascent.remember(gradients);
      this.optimizer.step(gradients);
      const { adversarialLoss } = measured;
      const adversarialRise = adversarialLoss === null ? null : adversarialLoss - (first ?? adversarialLoss);
      return { ...measured, adversarialRise, accuracy };
    });
  }

  dispose(): void {
    this.ascent.dispose();
    this.optimizer.dispose();
  }

  /** Moves the stored noise to the worst case; CE at the eps first drawn, null when no step is taken. */
  #ascend(x: tf.Tensor, y: tf.Tensor1D): number | null {
    this.ascent.restart(this.#model.noise);
    let first: number | null = null;
    for (let step = 0; step < this.#options.steps; step++) {
      tf.tidy(() => {
        const [loss, gradients] = byName(() => {
          const { crossEntropy } = this.#passing(x, y, true);
          return [tf.neg(crossEntropy), numberOf(crossEntropy)];
        }, this.ascent.eps);
        this.ascent.climb(gradients);
        first ??= loss;
      });
    }
    return first;
  }

  #evaluate(x: tf.Tensor, y: tf.Tensor1D): [loss: tf.Scalar, measured: Measured] {
    const worst = this.#ratio > negligible ? this.#forward(x, y, true) : null;
    const mean = 1 - this.#ratio > negligible ? this.#expectation(x, y) : null;
    const terms: tf.Scalar[] = [];
    if (mean !== null) {
      const bound = mean.kl === null ? mean.crossEntropy : elbo(mean.crossEntropy, mean.kl, this.#beta);
      terms.push(tf.mul(bound, 1 - this.#ratio));
    }
    if (worst !== null) terms.push(tf.mul(worst.crossEntropy, this.#ratio));
    const loss: tf.Scalar = tf.addN(terms);
    const last = mean ?? worst;
    const measured = {
      loss: numberOf(loss),
      crossEntropy: mean === null ? null : numberOf(mean.crossEntropy),
      kl: mean?.kl ? numberOf(mean.kl) : null,
      adversarialLoss: worst === null ? null : numberOf(worst.crossEntropy),
      accuracy: last === null ? Number.NaN : accuracy(last.logits, y),
    };
    return [loss, measured];
  }

  /** The mean over fresh draws of the weights, and the last of their logits. */
  #expectation(x: tf.Tensor, y: tf.Tensor1D): Expectation {
    const first = this.#forward(x, y, false);
    const forwards = [first];
    const draws = this.#bayesian ? this.#options.samplings : 1;
    while (forwards.length < draws) forwards.push(this.#forward(x, y, false));
    const total = tf.addN(forwards.map((forward) => forward.crossEntropy));
    return {
      logits: (forwards.at(-1) ?? first).logits,
      crossEntropy: tf.div(total, draws),
      kl: this.#bayesian ? this.#model.kl() : null,
    };
  }

  /** From one more forward, where the fidelity asks for it. */
  #metricAccuracy(x: tf.Tensor, y: tf.Tensor1D): number | null {
    if (!this.#bayesian || !this.fidelity.metricForward) return null;
    return accuracy(this.#passing(x, y, false).logits, y);
  }

  /** A forward that is no part of the loss. */
  #passing(x: tf.Tensor, y: tf.Tensor1D, fix: boolean): Forward {
    const forward = () => this.#forward(x, y, fix);
    return this.#everyForward ? forward() : this.#model.freezing(forward);
  }

  #forward(x: tf.Tensor, y: tf.Tensor1D, fix: boolean): Forward {
    const logits = this.#model.forward(x, { fix });
    const loss = crossEntropy(logits, y);
    this.#observe?.(fix, numberOf(loss));
    return { logits, crossEntropy: loss };
  }
}

/** What `evaluate` answers beside the loss, and the loss's gradients with respect to the variables that it depends on. */
function byName<Answer>(
  evaluate: () => readonly [loss: tf.Scalar, answer: Answer],
  variables: NamedVariables,
): [answer: Answer, gradients: ByName] {
  const [answer, found] = differentiate(evaluate, [...variables.values()]);
  const named = [...variables.keys()].flatMap((name, i): [string, tf.Tensor][] => {
    const gradient = found[i];
    return gradient ? [[name, gradient]] : [];
  });
  return [answer, new Map(named)];
}
