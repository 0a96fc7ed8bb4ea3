import * as tf from "@tensorflow/tfjs-core";
import type { Shape } from "./gaussian.ts";
import { Layer, type Weights } from "./layer.ts";

/** Deterministic weights `weight` and `bias`, called like Gaussian ones; their KL is 0. */
export abstract class Point extends Layer {
  readonly #weight: tf.Variable | null;
  readonly #bias: tf.Variable | null;

  /** Weights start at 0. */
  protected constructor(weight: Shape, bias: Shape) {
    super();
    this.#weight = this.#part("weight", weight);
    this.#bias = this.#part("bias", bias);
  }

  #part(name: "weight" | "bias", shape: Shape): tf.Variable | null {
    if (shape === null) return null;
    const variable = tf.tidy(() => tf.variable(tf.zeros([...shape])));
    this.hold(name, "value", name, variable);
    return variable;
  }

  /** The weights, whatever way the forward goes; the variables, to be given their initial values. */
  override weights(): Weights & { readonly weight: tf.Variable | null; readonly bias: tf.Variable | null } {
    return { weight: this.#weight, bias: this.#bias };
  }

  posteriors(): readonly [] {
    return [];
  }

  drawFrom(): void {}

  kl(): tf.Scalar {
    return tf.scalar(0);
  }
}
