import type * as tf from "@tensorflow/tfjs-core";
import type { LayerSpec } from "../../schema/models.ts";
import { RandBatchNorm2d } from "../layers/batch-norm.ts";
import { RandConv2d } from "../layers/conv.ts";
import type { Uniform } from "../layers/initial.ts";
import type { Layer, Way } from "../layers/layer.ts";
import { RandLinear } from "../layers/linear.ts";
import type { NoiseSource } from "../noise.ts";
import { Network } from "./network.ts";

/** One layer on its own behind the interface of a network: the features are the input, tensors keep their bare names. */
export class Single extends Network {
  readonly #layer: Layer;

  constructor(spec: LayerSpec, noise: NoiseSource, uniform: Uniform) {
    const layer = layerOf(spec, noise, uniform);
    super(spec, new Map([["", layer]]), noise);
    this.#layer = layer;
  }

  /** Batch norm itself, for images of one pixel. */
  protected override narrowest([, height, width]: readonly number[]): string | null {
    return height === 1 && width === 1 ? this.spec.kind : null;
  }

  /** The input. */
  protected embed(x: tf.Tensor): tf.Tensor {
    return x;
  }

  /** The layer. */
  protected classify(features: tf.Tensor, way: Way): tf.Tensor {
    return this.#layer.respond(features, way);
  }
}

function layerOf(spec: LayerSpec, noise: NoiseSource, uniform: Uniform): Layer {
  switch (spec.kind) {
    case "conv2d":
      return new RandConv2d(spec, noise, uniform, spec);
    case "linear":
      return new RandLinear(spec, noise, uniform, spec);
    case "batchnorm2d":
      return new RandBatchNorm2d(spec, noise, uniform, spec);
  }
}
