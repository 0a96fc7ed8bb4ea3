import * as tf from "@tensorflow/tfjs-core";
import { isParameter, type TensorPart, type TensorRole } from "../../schema/tensors.ts";
import type { NoiseSource } from "../noise.ts";

/** Which weights a forward uses: `sample: false` the mean alone, `fix` the stored noise, otherwise a fresh draw. */
export interface Way {
  /** true unless given. */
  readonly sample?: boolean | undefined;
  /** false unless given. */
  readonly fix?: boolean | undefined;
}

/** Weight and bias in torch's layout; null where the layer has none. */
export interface Weights {
  /** What the input is multiplied with. */
  readonly weight: tf.Tensor | null;
  /** What is added. */
  readonly bias: tf.Tensor | null;
}

/** A place in a layer where a tensor passes. */
export type Part = "input" | "weight" | "bias" | "output";

/** Told of every tensor on the way; input and output have channels last. */
export type Tap = (part: Part, tensor: tf.Tensor) => void;

/** Parameters of N(mu, exp(logSigma)^2), elementwise. */
export interface Posterior {
  /** The means. */
  readonly mu: tf.Tensor;
  /** Logarithms of the standard deviations. */
  readonly logSigma: tf.Tensor;
}

/** A parameter or buffer, and what it is for. */
export interface LayerTensor {
  /** What it is for. */
  readonly role: TensorRole;
  /** Whether it is of the weight or of the bias; null: of neither. */
  readonly part: TensorPart;
  /** Its numbers. */
  readonly variable: tf.Variable;
}

/**
 * An operation (`transform`) with its weight and bias (`weights`).
 * Subclasses of `Gaussian` draw their weights, those of `Point` have them; both are called alike, so that one
 * definition of a network serves both.
 */
export abstract class Layer {
  readonly #tensors = new Map<string, LayerTensor>();
  /** Batch norm goes by the batch's own statistics, and moves the running ones. */
  training = true;
  /** Train-mode forwards leave running statistics and their count as they are. */
  frozen = false;
  /** Used instead of its own weights, while somebody gives them. */
  given: Weights | null = null;
  /** Used instead of `transform`, while the operation is computed elsewhere. */
  elsewhere: ((x: tf.Tensor, weights: Weights) => tf.Tensor) | null = null;
  /** Told of every tensor on the way, while somebody inspects. */
  tap: Tap | null = null;

  /** The weights of one forward. */
  abstract weights(way: Way): Weights;
  /** The operation itself, channels last. */
  abstract transform(x: tf.Tensor, weights: Weights): tf.Tensor;
  /** Of the weight, then of the bias; none where the weights have no distribution. */
  abstract posteriors(): readonly Posterior[];
  /** Draws fresh noise from `source` from now on. */
  abstract drawFrom(source: NoiseSource): void;
  /** KL divergence of the weights from their prior, a scalar, in nats. */
  abstract kl(): tf.Scalar;

  /** The output alone, for callers that add up the KL divergence elsewhere. Channels last, in and out. */
  respond(x: tf.Tensor, way: Way = {}): tf.Tensor {
    const weights = this.given ?? this.weights(way);
    this.tap?.("input", x);
    if (weights.weight !== null) this.tap?.("weight", weights.weight);
    if (weights.bias !== null) this.tap?.("bias", weights.bias);
    const output = this.elsewhere === null ? this.transform(x, weights) : this.elsewhere(x, weights);
    this.tap?.("output", output);
    return output;
  }

  /** Parameters and then buffers, by the names of the checkpoint, in torch's order and layout. */
  get tensors(): readonly (readonly [name: string, tensor: LayerTensor])[] {
    const all = [...this.#tensors];
    return [...all.filter(([, tensor]) => isParameter(tensor)), ...all.filter(([, tensor]) => !isParameter(tensor))];
  }

  /** Takes a tensor under the name that the checkpoint has for it. */
  hold(name: string, role: TensorRole, part: TensorPart, variable: tf.Variable): void {
    this.#tensors.set(name, { role, part, variable });
  }

  /** Frees its weights and buffers. */
  dispose(): void {
    tf.dispose([...this.#tensors.values()].map(({ variable }) => variable));
  }
}
