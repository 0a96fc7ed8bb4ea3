import * as tf from "@tensorflow/tfjs-core";
import { AdsamError } from "../../errors.ts";
import type { NetworkSpec } from "../../schema/models.ts";
import { relu } from "../kernels/relu.ts";
import type { Family } from "../layers/family.ts";
import type { Layer, Way } from "../layers/layer.ts";
import type { NoiseSource } from "../noise.ts";
import { checkImages, Network } from "./network.ts";

const side = 32;
const planes = [64, 128, 256, 512, 512] as const;

/** How many convolutions before each of the five poolings. */
const convolutions = {
  vgg11: [1, 1, 2, 2, 2],
  vgg13: [2, 2, 2, 2, 2],
  vgg16: [2, 2, 3, 3, 3],
  vgg19: [2, 2, 4, 4, 4],
} as const;
export type VggKind = keyof typeof convolutions;

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

  constructor(spec: NetworkSpec & { readonly kind: VggKind }, family: Family, noise: NoiseSource) {
    const classifier = family.linear(planes[4], spec.classes);
    const features = makeFeatures(family, convolutions[spec.kind]);
    const layers = features.flatMap((feature, i): [string, Layer][] =>
      typeof feature === "function" ? [] : [[`features.${i}`, feature]],
    );
    super(spec, new Map([["classifier", classifier], ...layers]), noise);
    this.#features = features;
    this.#classifier = classifier;
  }

  /** Images of 32x32. */
  protected override checkInput(shape: readonly number[]): void {
    checkImages(shape);
    const [, height, width] = shape;
    if (height === side) return;
    throw new AdsamError("usage", `${this.spec.kind} takes images of ${side}x${side}, got ${height}x${width}`, {
      suggestion: `resize the images to ${side}x${side} or take a ResNet`,
    });
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
function makeFeatures(family: Family, groups: readonly number[]): Feature[] {
  const features: Feature[] = [];
  let channels = 3;
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
