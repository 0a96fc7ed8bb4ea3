import type { NoiseSource } from "../noise.ts";
import { PlainBatchNorm2d, RandBatchNorm2d } from "./batch-norm.ts";
import { PlainConv2d, RandConv2d } from "./conv.ts";
import type { Prior } from "./gaussian.ts";
import type { Uniform } from "./initial.ts";
import type { Layer } from "./layer.ts";
import { PlainLinear, RandLinear } from "./linear.ts";

export interface Conv3x3Options {
  /** 1 unless given. */
  readonly stride?: number;
  /** false unless given. */
  readonly bias?: boolean;
}

/** Makes layers of one kind: the two that one definition of a network is built from. */
export interface Family {
  /** A 3x3 convolution with padding 1. */
  conv3x3(channels: number, planes: number, options?: Conv3x3Options): Layer;
  /** Batch norm with torch's defaults. */
  batchNorm(features: number): Layer;
  /** A linear layer with bias. */
  linear(features: number, outputs: number): Layer;
}

function conv3x3(inChannels: number, outChannels: number, { stride = 1, bias = false }: Conv3x3Options) {
  return { inChannels, outChannels, kernelSize: 3, padding: 1, stride, bias };
}

/** Layers with mean-field Gaussian weights. */
export function gaussianFamily(prior: Prior, noise: NoiseSource, uniform: Uniform): Family {
  return {
    conv3x3: (channels, planes, options = {}) =>
      new RandConv2d(prior, noise, uniform, conv3x3(channels, planes, options)),
    batchNorm: (features) => new RandBatchNorm2d(prior, noise, uniform, { features }),
    linear: (inFeatures, outFeatures) => new RandLinear(prior, noise, uniform, { inFeatures, outFeatures }),
  };
}

/** Layers with ordinary weights; `he` starts convolutions and linear ones Kaiming-normal. */
export function plainFamily(he: boolean, uniform: Uniform): Family {
  return {
    conv3x3: (channels, planes, options = {}) =>
      new PlainConv2d(uniform, { ...conv3x3(channels, planes, options), he }),
    batchNorm: (features) => new PlainBatchNorm2d({ features }),
    linear: (inFeatures, outFeatures) => new PlainLinear(uniform, { inFeatures, outFeatures, he }),
  };
}
