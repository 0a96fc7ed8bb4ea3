import type * as tf from "@tensorflow/tfjs-core";
import type { NoiseSource } from "../noise.ts";
import { Convolution, type ConvolutionOptions } from "./convolution.ts";
import { Gaussian, type Prior } from "./gaussian.ts";
import { fillByFanIn, fillKaimingNormal, type Uniform } from "./initial.ts";
import type { Weights } from "./layer.ts";
import { Point } from "./point.ts";

/** Whether a layer adds a bias. */
export interface WithBias {
  /** true unless given. */
  readonly bias?: boolean | undefined;
}

/** Convolution with mean-field Gaussian weights. Means start from U(-1/sqrt(fanIn), 1/sqrt(fanIn)). */
export class RandConv2d extends Gaussian {
  /** The operation. */
  readonly convolution: Convolution;

  constructor(prior: Prior, noise: NoiseSource, uniform: Uniform, options: ConvolutionOptions & WithBias) {
    const convolution = new Convolution(options);
    super(prior, noise, convolution.weightShape, options.bias === false ? null : [convolution.outChannels]);
    this.convolution = convolution;
    fillByFanIn(uniform, convolution.fanIn, this.means);
  }

  transform(x: tf.Tensor, weights: Weights): tf.Tensor {
    return this.convolution.apply(x, weights);
  }
}

/** Convolution with ordinary weights, called like `RandConv2d`. */
export class PlainConv2d extends Point {
  readonly convolution: Convolution;

  /** `he`: the weight starts Kaiming-normal, not as torch's own layer. */
  constructor(uniform: Uniform, options: ConvolutionOptions & WithBias & { readonly he?: boolean }) {
    const convolution = new Convolution(options);
    super(convolution.weightShape, options.bias === false ? null : [convolution.outChannels]);
    this.convolution = convolution;
    fillByFanIn(uniform, convolution.fanIn, this.weights());
    if (options.he === true) fillKaimingNormal(uniform, this.weights().weight);
  }

  transform(x: tf.Tensor, weights: Weights): tf.Tensor {
    return this.convolution.apply(x, weights);
  }
}
