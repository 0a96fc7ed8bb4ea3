import type * as tf from "@tensorflow/tfjs-core";
import type { NoiseSource } from "../noise.ts";
import { Gaussian, type Prior } from "./gaussian.ts";
import { fillUniform, type Uniform } from "./initial.ts";
import type { Weights } from "./layer.ts";
import { Normalization, type NormalizationOptions } from "./normalization.ts";
import { Point } from "./point.ts";

/** Batch norm with mean-field Gaussian scale and shift. The scale's mean starts from U(0, 1), the shift's at 0. */
export class RandBatchNorm2d extends Gaussian {
  readonly normalization: Normalization;

  /** `affine`, true unless given: there is a scale and a shift. */
  constructor(
    prior: Prior,
    noise: NoiseSource,
    uniform: Uniform,
    options: NormalizationOptions & { readonly affine?: boolean },
  ) {
    const shape = options.affine === false ? null : [options.features];
    super(prior, noise, shape, shape);
    this.normalization = new Normalization(this, options);
    fillUniform(uniform, this.means.weight, 0, 1);
  }

  transform(x: tf.Tensor, weights: Weights): tf.Tensor {
    return this.normalization.apply(x, weights, this);
  }
}

/** Batch norm with ordinary scale (1 at first) and shift (0), called like the random one. */
export class PlainBatchNorm2d extends Point {
  readonly normalization: Normalization;

  constructor(options: NormalizationOptions) {
    super([options.features], [options.features]);
    this.normalization = new Normalization(this, options);
    fillUniform(() => 1, this.weights().weight, 0, 1);
  }

  transform(x: tf.Tensor, weights: Weights): tf.Tensor {
    return this.normalization.apply(x, weights, this);
  }
}
