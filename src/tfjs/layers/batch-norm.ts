import type * as tf from "@tensorflow/tfjs-core";
import type { NoiseSource } from "../noise.ts";
import { Gaussian, type Prior } from "./gaussian.ts";
import { fillUniform, type Uniform } from "./initial.ts";
import type { Weights } from "./layer.ts";
import { BatchNorm, type BatchNormOptions } from "./normalization.ts";
import { Point } from "./point.ts";

/** Whether batch norm has a scale and a shift. */
export interface Affine {
  /** true unless told otherwise. */
  readonly affine?: boolean | undefined;
}

/** Batch norm with mean-field Gaussian scale and shift. The scale's mean starts from U(0, 1), the shift's at 0. */
export class RandBatchNorm2d extends Gaussian {
  /** The operation, and its running statistics. */
  readonly normalization: BatchNorm;

  constructor(prior: Prior, noise: NoiseSource, uniform: Uniform, options: BatchNormOptions & Affine) {
    const shape = options.affine === false ? null : [options.features];
    super(prior, noise, shape, shape);
    this.normalization = new BatchNorm(this, options);
    fillUniform(uniform, this.means.weight, 0, 1);
  }

  transform(x: tf.Tensor, weights: Weights): tf.Tensor {
    return this.normalization.apply(x, weights, this);
  }
}

/** Batch norm with ordinary scale (1 at first) and shift (0), called like the random one. */
export class PlainBatchNorm2d extends Point {
  /** The operation, and its running statistics. */
  readonly normalization: BatchNorm;

  constructor(options: BatchNormOptions) {
    super([options.features], [options.features]);
    this.normalization = new BatchNorm(this, options);
    fillUniform(() => 1, this.weights().weight, 0, 1);
  }

  transform(x: tf.Tensor, weights: Weights): tf.Tensor {
    return this.normalization.apply(x, weights, this);
  }
}
