import * as tf from "@tensorflow/tfjs-core";
import { AdsamError } from "../../errors.ts";
import type { NoiseSource } from "../noise.ts";
import { Gaussian, type Prior } from "./gaussian.ts";
import { fillByFanIn, fillKaimingNormal, type Uniform } from "./initial.ts";
import type { Weights } from "./layer.ts";
import { Point } from "./point.ts";

/** What `torch.nn.Linear` takes; bias true unless given. */
export interface LinearOptions {
  /** Numbers that each row of the input has. */
  readonly inFeatures: number;
  /** Numbers that each row of the output has. */
  readonly outFeatures: number;
  /** Whether a bias is added; true unless told otherwise. */
  readonly bias?: boolean | undefined;
}

/** x weight^T + bias: [..., in] to [..., out]. */
function linear(x: tf.Tensor, { weight, bias }: Weights): tf.Tensor {
  const [outputs = 0, inputs = 0] = weight?.shape ?? [];
  if (weight === null || x.rank === 0 || x.shape.at(-1) !== inputs) {
    throw new AdsamError("usage", `expected an input of shape [..., ${inputs}], got [${x.shape.join(", ")}]`);
  }
  const rows = x.rank === 2 ? x : tf.reshape(x, [-1, inputs]);
  const product = tf.matMul(rows as tf.Tensor2D, weight as tf.Tensor2D, false, true);
  const shifted = bias === null ? product : tf.add(product, bias);
  return x.rank === 2 ? shifted : tf.reshape(shifted, [...x.shape.slice(0, -1), outputs]);
}

function shapes({ inFeatures, outFeatures, bias = true }: LinearOptions) {
  return { weight: [outFeatures, inFeatures], bias: bias ? [outFeatures] : null };
}

/** Linear layer with mean-field Gaussian weights. Means start from U(-1/sqrt(in), 1/sqrt(in)). */
export class RandLinear extends Gaussian {
  constructor(prior: Prior, noise: NoiseSource, uniform: Uniform, options: LinearOptions) {
    const { weight, bias } = shapes(options);
    super(prior, noise, weight, bias);
    fillByFanIn(uniform, options.inFeatures, this.means);
  }

  transform(x: tf.Tensor, weights: Weights): tf.Tensor {
    return linear(x, weights);
  }
}

/** Linear layer with ordinary weights, called like `RandLinear`. */
export class PlainLinear extends Point {
  /** `he`: the weight starts Kaiming-normal, not as torch's own layer. */
  constructor(uniform: Uniform, options: LinearOptions & { readonly he?: boolean }) {
    const { weight, bias } = shapes(options);
    super(weight, bias);
    fillByFanIn(uniform, options.inFeatures, this.weights());
    if (options.he === true) fillKaimingNormal(uniform, this.weights().weight);
  }

  transform(x: tf.Tensor, weights: Weights): tf.Tensor {
    return linear(x, weights);
  }
}
