/** What a model answers. */
import type { SampledLogits } from "./metrics.ts";
import type { NamedTensors, Tensor } from "./tensor.ts";

/** A Monte Carlo prediction for N images, of S samples of the weights. */
export interface Prediction extends SampledLogits {
  /** Ha, nats: mean over samples of the softmax entropy, [N]. */
  readonly entropyMean: Tensor;
  /** He, nats: mean absolute deviation of the samples' entropies from Ha, [N]. */
  readonly entropySpread: Tensor;
}

/** What a forward gives. */
export interface ForwardResult {
  /** Logits [N, classes], or features [N, features]; of a layer on its own what it computes. */
  readonly output: Tensor;
  /** KL divergence from the prior, nats; null for a plain network. */
  readonly kl: number | null;
}

/** What a forward and a backward give. */
export interface Gradients extends ForwardResult {
  /** What was differentiated. */
  readonly loss: number;
  /** With respect to the input, shaped as it; to pixels as they are once normalised. */
  readonly input: Tensor;
  /** Of every parameter that the loss depends on, and of the stored eps when they are used. */
  readonly parameters: NamedTensors;
}

/** A tensor on its way through a model, and the loss's gradient with respect to it. */
export interface Operation {
  /** `<layer>/input`, `<layer>/weight`, `<layer>/bias` or `<layer>/output`. */
  readonly name: string;
  /** The tensor. */
  readonly value: Tensor;
  /** null where the loss does not depend on it. */
  readonly gradient: Tensor | null;
}

/** A forward and backward taken apart. */
export interface Inspection {
  /** What was differentiated. */
  readonly loss: number;
  /** KL divergence from the prior, nats; null for a plain network. */
  readonly kl: number | null;
  /** In the order of execution. */
  readonly operations: readonly Operation[];
}
