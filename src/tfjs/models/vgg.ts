import * as tf from "@tensorflow/tfjs-core";
import type { VggFacts } from "../../schema/architectures.ts";
import type { NetworkSpec } from "../../schema/models.ts";
import { relu } from "../kernels/relu.ts";
import type { Family } from "../layers/family.ts";
import type { Layer, Way } from "../layers/layer.ts";
import type { NoiseSource } from "../noise.ts";
import { Network } from "./network.ts";

const planes = [64, 128, 256, 512, 512] as const;

/** One of `features`: a layer, or an operation without weights. */
type Feature = Layer | ((x: tf.Tensor) => tf.Tensor);

/**
 * VGG networks with batch norm for 32x32 images (Simonyan & Zisserman, ICLR 2015): five groups of convolutions, each
 * followed by a pooling, and one linear layer.
 *
 * The classifier is registered first, as in the published code: that decides the order of the checkpoint's tensors and
 * of the stored noise.
 */
export class Vgg extends Network {
  readonly #features: readonly Feature[];
  readonly #classifier: Layer;

  constructor(spec: NetworkSpec, { channels, convolutions }: VggFacts, family: Family, noise: NoiseSource) {
    const classifier = family.linear(planes[4], spec.classes);
    const features = makeFeatures(family, channels, convolutions);
    const layers = features.flatMap((feature, i): [string, Layer][] =>
      typeof feature === "function" ? [] : [[`features.${i}`, feature]],
    );
    super(spec, new Map([["classifier", classifier], ...layers]), noise);
    this.#features = features;
    this.#classifier = classifier;
  }

  /** The classifier last. */
  override get executed(): readonly Layer[] {
    const features = this.#features.filter((feature) => typeof feature !== "function");
    return [...features, this.#classifier];
  }

  /** [N, 32, 32, 3] to [N, 512]. */
  protected embed(x: tf.Tensor, way: Way): tf.Tensor {
    const out = this.#features.reduce(
      (input, feature) => (typeof feature === "function" ? feature(input) : feature.respond(input, way)),
      x,
    );
    return tf.reshape(out, [-1, planes[4]]);
  }

  /** [N, 512] to [N, classes]. */
  protected classify(features: tf.Tensor, way: Way): tf.Tensor {
    return this.#classifier.respond(features, way);
  }
}

/** Relu and pools count in the numbering, as in `torch.nn.Sequential`. */
function makeFeatures(family: Family, imageChannels: number, groups: readonly number[]): Feature[] {
  const features: Feature[] = [];
  let channels = imageChannels;
  planes.forEach((width, group) => {
    for (let i = 0; i < (groups[group] ?? 0); i++) {
      features.push(family.conv3x3(channels, width, { bias: true }), family.batchNorm(width), relu);
      channels = width;
    }
    features.push(maxPool);
  });
  // After five poolings one pixel is left, of which an average pool makes itself.
  return features;
}

function maxPool(x: tf.Tensor): tf.Tensor {
  return tf.maxPool(x as tf.Tensor4D, 2, 2, "valid");
}
