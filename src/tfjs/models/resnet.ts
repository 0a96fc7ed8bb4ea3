import * as tf from "@tensorflow/tfjs-core";
import type { ResNetFacts } from "../../schema/architectures.ts";
import type { NetworkSpec } from "../../schema/models.ts";
import { relu } from "../kernels/relu.ts";
import type { Family } from "../layers/family.ts";
import type { Layer, Way } from "../layers/layer.ts";
import type { NoiseSource } from "../noise.ts";
import { Network } from "./network.ts";

/** Two 3x3 convolutions and a shortcut without parameters (option A). */
class BasicBlock {
  readonly layers: ReadonlyMap<string, Layer>;
  readonly #respond: (x: tf.Tensor, way: Way) => tf.Tensor;

  constructor(family: Family, channels: number, planes: number, stride: number) {
    const conv1 = family.conv3x3(channels, planes, { stride });
    const bn1 = family.batchNorm(planes);
    const conv2 = family.conv3x3(planes, planes);
    const bn2 = family.batchNorm(planes);
    this.layers = new Map(Object.entries({ conv1, bn1, conv2, bn2 }));
    this.#respond = (x, way) => {
      const inner = relu(bn1.respond(conv1.respond(x, way), way));
      const out = bn2.respond(conv2.respond(inner, way), way);
      return relu(tf.add(out, shortcut(x, stride, (planes - channels) / 2)));
    };
  }

  /** [N, H, W, channels] to [N, H / stride, W / stride, planes]. */
  respond(x: tf.Tensor, way: Way): tf.Tensor {
    return this.#respond(x, way);
  }
}

/** Every `stride`-th pixel, with `padding` channels of zeros on each side. */
function shortcut(x: tf.Tensor, stride: number, padding: number): tf.Tensor {
  const thinned = stride === 1 ? x : every(stride, every(stride, x, 1), 2);
  if (padding === 0) return thinned;
  return tf.pad(thinned, [
    [0, 0],
    [0, 0],
    [0, 0],
    [padding, padding],
  ]);
}

/** Entries 0, stride, 2 stride, ... along one axis; tfjs has no gradient for strided slices. */
function every(stride: number, x: tf.Tensor, axis: number): tf.Tensor {
  const length = x.shape[axis] ?? 0;
  const kept = Math.ceil(length / stride);
  const rest = kept * stride - length;
  const whole = rest === 0 ? x : padEnd(x, axis, rest);
  const split = tf.reshape(whole, [...x.shape.slice(0, axis), kept, stride, ...x.shape.slice(axis + 1)]);
  const first = tf.slice(
    split,
    split.shape.map(() => 0),
    split.shape.map((size, i) => (i === axis + 1 ? 1 : size)),
  );
  return tf.squeeze(first, [axis + 1]);
}

function padEnd(x: tf.Tensor, axis: number, zeros: number): tf.Tensor {
  return tf.pad(
    x,
    x.shape.map((_, i): [number, number] => [0, i === axis ? zeros : 0]),
  );
}

/**
 * Residual networks for small images (He et al., CVPR 2016, section 4.2): conv, three stages of blocks with 16, 32 and
 * 64 planes, global average pool, linear.
 */
export class ResNet extends Network {
  readonly #conv1: Layer;
  readonly #bn1: Layer;
  readonly #blocks: readonly BasicBlock[];
  readonly #linear: Layer;

  constructor(spec: NetworkSpec, { channels, blocks }: ResNetFacts, family: Family, noise: NoiseSource) {
    const conv1 = family.conv3x3(channels, 16);
    const bn1 = family.batchNorm(16);
    const stages = [
      stage(family, "layer1", blocks, 16, 16, 1),
      stage(family, "layer2", blocks, 16, 32, 2),
      stage(family, "layer3", blocks, 32, 64, 2),
    ].flat();
    const linear = family.linear(64, spec.classes);
    const inBlocks = stages.flatMap(({ name, block }) =>
      [...block.layers].map(([layer, part]) => [`${name}.${layer}`, part] as const),
    );
    super(spec, new Map([["conv1", conv1], ["bn1", bn1], ...inBlocks, ["linear", linear]]), noise);
    this.#conv1 = conv1;
    this.#bn1 = bn1;
    this.#blocks = stages.map(({ block }) => block);
    this.#linear = linear;
  }

  /** In images of up to 4x4. */
  protected override narrowest([, edge = 0]: readonly number[]): string | null {
    const halved = Math.ceil(edge / 2);
    if (edge === 1) return "bn1";
    if (halved === 1) return "layer2.0.bn1";
    return Math.ceil(halved / 2) === 1 ? "layer3.0.bn1" : null;
  }

  /** [N, H, H, 3] to [N, 64]. */
  protected embed(x: tf.Tensor, way: Way): tf.Tensor {
    const start = relu(this.#bn1.respond(this.#conv1.respond(x, way), way));
    const end = this.#blocks.reduce((out, block) => block.respond(out, way), start);
    return tf.mean(end, [1, 2]);
  }

  /** [N, 64] to [N, classes]. */
  protected classify(features: tf.Tensor, way: Way): tf.Tensor {
    return this.#linear.respond(features, way);
  }
}

function stage(family: Family, name: string, length: number, channels: number, planes: number, stride: number) {
  return Array.from({ length }, (_, i) => ({
    name: `${name}.${i}`,
    block: i === 0 ? new BasicBlock(family, channels, planes, stride) : new BasicBlock(family, planes, planes, 1),
  }));
}
