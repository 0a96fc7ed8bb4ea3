import * as tf from "@tensorflow/tfjs-core";
import type { AscentEnd, AscentStart, OpenStages } from "../../port/stages/stage.ts";
import type { TrainingMeans } from "../../schema/events.ts";
import type { Fidelity, StepOptions } from "../../schema/options.ts";
import { NoiseAscent } from "../ascent.ts";
import { Layout } from "../layout.ts";
import type { Network } from "../models/network.ts";
import { accuracy, crossEntropy, defaultBeta } from "../objective.ts";
import { differentiate, numberOf, scoped } from "../passes.ts";
import { ascendHere, ascendThere, type Climb, withLayers } from "../stages.ts";
import { type Observer, refuseForeign, resolveFidelity } from "../step.ts";
import { type ByName, createOptimizer, type Optimizer } from "./optimizer.ts";
import type { Contribution, FlatWeights } from "./weights.ts";

/** A part of the loss with a weight up to this is left out. */
const negligible = 1e-7;

/** What is measured of a forward. */
interface Judged {
  readonly crossEntropy: number;
  /** Part of the batch that is classified right. */
  readonly accuracy: number;
}

/** A forward and the backward of its cross-entropy. */
interface Slope extends Judged {
  /** With respect to the weights, P numbers. */
  readonly gradient: tf.Tensor;
}

/** A forward whose cross-entropy is part of the loss. */
type Term = Slope & Contribution;

/** How a forward goes. */
interface Pass {
  readonly weights: FlatWeights;
  readonly eps: tf.Tensor1D | null;
  /** Whether eps is the stored noise; false unless given. */
  readonly stored?: boolean;
  /** Whether the forward moves the running statistics; true unless given. */
  readonly moves?: boolean;
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
export class FastStep {
  /** The switches that the options' preset and the options set. */
  readonly fidelity: Fidelity;
  /** What moves the parameters; another takes its place when an epoch resets it. */
  optimizer: Optimizer;
  /** Weight of the KL divergence in the ELBO loss. */
  beta: number;
  readonly #model: Network;
  readonly #options: StepOptions;
  readonly #observe: Observer | undefined;
  readonly #stages: OpenStages | null;
  readonly #layout: Layout;
  /** Keeps the gradients of the noise from batch to batch, where they are accumulated. */
  readonly #ascent: NoiseAscent;
  readonly #bayesian: boolean;
  readonly #ratio: number;
  readonly #everyForward: boolean;

  /** The model is to be in train mode in every step; `trainingSize` is the N of beta; `stages` are computed elsewhere. */
  constructor(
    model: Network,
    options: StepOptions,
    trainingSize: number,
    observe?: Observer,
    stages: OpenStages | null = null,
  ) {
    refuseForeign(options);
    this.fidelity = resolveFidelity(options);
    this.optimizer = createOptimizer(options, model.parameters);
    this.#model = model;
    this.#options = options;
    this.#observe = observe;
    this.#stages = stages;
    this.#layout = new Layout(model);
    this.#bayesian = model.bayesian;
    this.#ascent = new NoiseAscent(this.#layout.size, options.stepSize, {
      accumulate: this.#bayesian && this.fidelity.epsilonGradients === "accumulated",
    });
    this.#ratio = this.#bayesian ? options.ratio : 0;
    this.beta = options.beta ?? defaultBeta(trainingSize);
    this.#everyForward = this.fidelity.runningStatistics === "every-forward";
  }

  /** A new optimizer without moments, at the initial learning rate. */
  restartOptimizer(): void {
    this.optimizer.dispose();
    this.optimizer = createOptimizer(this.#options, this.#model.parameters);
  }

  /** One step on images x [N, H, W, 3] of classes y [N], int32. */
  take(x: tf.Tensor, y: tf.Tensor1D): TrainingMeans {
    return withLayers(this.#model, this.#stages, () => this.#take(x, y));
  }

  #take(x: tf.Tensor, y: tf.Tensor1D): TrainingMeans {
    return scoped(() => {
      const weights = this.#layout.weights();
      const worst = this.#ratio > negligible ? this.#worstCase(x, y, weights) : null;
      const fresh = 1 - this.#ratio > negligible ? this.#expectation(x, y, weights) : [];
      const terms = worst === null ? fresh : [worst.term, ...fresh];
      const accuracy = this.#metricAccuracy(x, y, weights) ?? terms.at(-1)?.accuracy ?? Number.NaN;
      const kl = fresh.length > 0 ? divergenceOf(weights) : null;
      const klShare = kl === null ? 0 : (1 - this.#ratio) * this.beta;
      const gradients = weights.gradients(terms, klShare);
      for (const { gradient, eps } of terms) tf.dispose(eps === null ? [gradient] : [gradient, eps]);
      weights.dispose();
      this.optimizer.step(this.#layout.byParameter(gradients));
      const crossEntropies = fresh.map((term) => term.crossEntropy);
      return {
        loss: sum(terms.map((term) => term.share * term.crossEntropy)) + klShare * (kl ?? 0),
        crossEntropy: fresh.length > 0 ? sum(crossEntropies) / fresh.length : null,
        kl,
        adversarialLoss: worst?.term.crossEntropy ?? null,
        adversarialRise: worst?.rise ?? null,
        accuracy,
      };
    });
  }

  /** The signed ascents of a step that is taken elsewhere. */
  ascendFor(start: AscentStart): AscentEnd {
    const climb: Climb = (x, y, weights, eps, steps) => this.#ascend(x, y, weights, eps, steps);
    const place = { model: this.#model, layout: this.#layout, ascent: this.#ascent, climb };
    return scoped(() => this.#model.inMode(true, () => ascendHere(place, start)));
  }

  /** The accumulated gradients of the stored noise by its names, none where they are not accumulated. Call it inside `scoped`. */
  noiseGradients(): ByName {
    const { sums } = this.#ascent;
    return sums === null ? new Map() : this.#layout.named("noise", sums);
  }

  /** Puts back what `noiseGradients` gave. */
  restoreNoiseGradients(gradients: ByName): void {
    tf.tidy(() => this.#ascent.sums?.assign(this.#layout.flat("noise", gradients)));
  }

  /** Frees what it holds; the network is the caller's. */
  dispose(): void {
    this.#ascent.dispose();
    this.optimizer.dispose();
  }

  /** Moves the stored noise to the worst case; `rise` is how far CE rose from the noise first drawn. */
  #worstCase(x: tf.Tensor, y: tf.Tensor1D, weights: FlatWeights): { term: Term; rise: number } {
    const drawn = this.#layout.drawStored(this.#model.noise);
    const { eps, losses } = this.#ascended(x, y, weights, drawn, this.#options.steps);
    const slope = this.#slope(x, y, { weights, eps, stored: true });
    // The published code never clears what this backward leaves on the noise that it used.
    tf.tidy(() => this.#ascent.remember(tf.mul(weights.noiseGradient(slope.gradient), this.#ratio)));
    this.#layout.store(eps);
    const rise = slope.crossEntropy - (losses[0] ?? slope.crossEntropy);
    return { term: { ...slope, share: this.#ratio, eps }, rise };
  }

  #ascended(...start: Parameters<Climb>): ReturnType<Climb> {
    const { adversarial: stage = null } = this.#stages ?? {};
    if (stage === null) return this.#ascend(...start);
    const [, , weights] = start;
    const tell = (eps: tf.Tensor1D, crossEntropy: number) =>
      this.#tell({ weights, eps, stored: true }, { crossEntropy });
    const observe = this.#observe && tell;
    return ascendThere({ stage, model: this.#model, ascent: this.#ascent, observe }, ...start);
  }

  /** `steps` signed ascents from noise, which is freed; the cross-entropy before each. */
  #ascend(...[x, y, weights, from, steps]: Parameters<Climb>): ReturnType<Climb> {
    let eps = from;
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) {
      const slope = this.#slope(x, y, { weights, eps, stored: true, moves: this.#everyForward });
      const before = eps;
      eps = tf.tidy(() => this.#ascent.climb(before, tf.neg(weights.noiseGradient(slope.gradient))));
      tf.dispose([before, slope.gradient]); // each has a number for every weight
      losses.push(slope.crossEntropy);
    }
    return { eps, losses };
  }

  /** One term for each of `samplings` fresh draws of the weights. */
  #expectation(x: tf.Tensor, y: tf.Tensor1D, weights: FlatWeights): Term[] {
    const draws = this.#bayesian ? this.#options.samplings : 1;
    return Array.from({ length: draws }, () => {
      const eps = this.#drawFresh();
      return { ...this.#slope(x, y, { weights, eps }), share: (1 - this.#ratio) / draws, eps };
    });
  }

  /** From one more forward, where the fidelity asks for it. */
  #metricAccuracy(x: tf.Tensor, y: tf.Tensor1D, weights: FlatWeights): number | null {
    if (!this.#bayesian || !this.fidelity.metricForward) return null;
    return scoped(() => {
      const pass = { weights, eps: this.#drawFresh(), moves: this.#everyForward };
      const [, judged] = this.#forward(x, y, weights.at(pass.eps), pass);
      this.#tell(pass, judged);
      return judged.accuracy;
    });
  }

  #drawFresh(): tf.Tensor1D | null {
    return this.#bayesian ? this.#layout.drawFresh(this.#model.noise) : null;
  }

  #slope(x: tf.Tensor, y: tf.Tensor1D, pass: Pass): Slope {
    return tf.tidy(() => {
      const used = pass.weights.at(pass.eps);
      const [judged, [gradient]] = differentiate(() => this.#forward(x, y, used, pass), [used]);
      this.#tell(pass, judged);
      return { ...judged, gradient: gradient ?? tf.zerosLike(used) };
    });
  }

  #forward(x: tf.Tensor, y: tf.Tensor1D, weights: tf.Tensor1D, { moves = true }: Pass) {
    const forward = () => this.#layout.given(weights, () => this.#model.forward(x));
    const logits = moves ? forward() : this.#model.freezing(forward);
    const loss = crossEntropy(logits, y);
    const judged: Judged = { crossEntropy: numberOf(loss), accuracy: accuracy(logits, y) };
    return [loss, judged] as const;
  }

  /** Tells the observer of a forward; after its backward, which would keep what the observer computes. */
  #tell({ eps, stored = false }: Pass, { crossEntropy }: Pick<Judged, "crossEntropy">): void {
    const observe = this.#observe;
    if (observe === undefined) return;
    tf.tidy(() => {
      if (stored && eps !== null) this.#layout.store(eps);
      observe(stored, crossEntropy);
    });
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function divergenceOf(weights: FlatWeights): number | null {
  return scoped(() => {
    const kl = weights.kl();
    return kl && numberOf(kl);
  });
}
