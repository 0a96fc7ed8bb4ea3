import * as tf from "@tensorflow/tfjs-core";
import type { ModelSpec, NamedTensors } from "adversarial-sampling";
import {
  build,
  fromTfjs,
  GaussianNoise,
  type Layer,
  type NamedVariables,
  type NoiseSource,
  RandBatchNorm2d,
  RandConv2d,
  RandLinear,
  toTfjs,
} from "adversarial-sampling/tfjs";
import type { Tensors } from "../tensors.ts";

const prior = { priorSigma: 0.15, initLogSigma: -3 };
const common = { ...prior, dtype: "float32", seed: 0 } as const;
const convolution = { kernelSize: 3, padding: 1, dilation: 1, groups: 1 } as const;
const norm = { eps: 1e-5, momentum: 0.1, affine: true, trackRunningStats: true } as const;

/** What Python's `program.module_of` makes, but for those that are put together below. */
const specs = {
  conv2d: { kind: "conv2d", inChannels: 3, outChannels: 4, stride: 2, bias: true, ...convolution, ...common },
  linear: { kind: "linear", inFeatures: 6, outFeatures: 4, bias: true, ...common },
  batchnorm2d: { kind: "batchnorm2d", features: 3, ...norm, ...common },
  resnet20: { kind: "resnet20", classes: 10, bayesian: true, ...common },
} satisfies Record<string, ModelSpec>;

/** A layer, a block, or a network. */
export type Kind = keyof typeof specs | "block" | "vgg16";

/** The twin's layers by Python's names, and what they make of an input with channels last. */
export interface Module {
  readonly layers: ReadonlyMap<string, Layer>;
  respond(x: tf.Tensor): tf.Tensor;
}

/** The twin's module of a kind, for what Python's has. */
export function moduleOf(kind: Kind, state: Tensors): Module {
  if (kind === "block") return block();
  if (kind === "vgg16") return vgg(state);
  const made = build(specs[kind]);
  return { layers: made.layers, respond: (x) => made.forward(x) };
}

/** What a layer is made with; its weights are given to it later. */
const unset = () => [prior, new GaussianNoise(0), () => 0.5] as const;

/** A residual block from 4 channels to 8, at half the size. */
function block(): Module {
  const conv = (inChannels: number, stride: number) =>
    new RandConv2d(...unset(), { ...convolution, inChannels, outChannels: 8, stride, bias: false });
  const normal = () => new RandBatchNorm2d(...unset(), { features: 8 });
  const [conv1, bn1, conv2, bn2] = [conv(4, 2), normal(), conv(8, 1), normal()];
  return {
    layers: new Map<string, Layer>(Object.entries({ conv1, bn1, conv2, bn2 })),
    respond: (x) => {
      const inner = tf.relu(bn1.respond(conv1.respond(x)));
      const shortcut = tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, 2, 2, 1]);
      const around: [number, number][] = [
        [0, 0],
        [0, 0],
        [0, 0],
        [2, 2],
      ];
      return tf.relu(tf.add(bn2.respond(conv2.respond(inner)), tf.pad(shortcut, around)));
    },
  };
}

/**
 * A VGG network of as many layers and channels as Python's: each convolution, its batch norm and its relu have a number, and so
 * has a pool, which therefore follows where no convolution is three numbers on.
 */
function vgg(state: Tensors): Module {
  const shapeOf = (layer: string) => state[`${layer}.mu_weight`]?.shape;
  const layers = new Map<string, Layer>();
  const features: ((x: tf.Tensor) => tf.Tensor)[] = [];
  let number = 0;
  for (let shape = shapeOf("features.0"); shape !== undefined; shape = shapeOf(`features.${number}`)) {
    const [outChannels = 0, inChannels = 0] = shape;
    const channels = { ...convolution, inChannels, outChannels };
    const conv = new RandConv2d(...unset(), { ...channels, stride: 1, bias: true });
    const norm = new RandBatchNorm2d(...unset(), { features: outChannels });
    layers.set(`features.${number}`, conv).set(`features.${number + 1}`, norm);
    features.push((x) => tf.relu(norm.respond(conv.respond(x))));
    number += 3;
    if (shapeOf(`features.${number}`) !== undefined) continue;
    features.push((x) => tf.maxPool(x as tf.Tensor4D, 2, 2, "valid"));
    number += 1;
  }
  const [outFeatures = 0, inFeatures = 0] = shapeOf("classifier") ?? [];
  const classifier = new RandLinear(...unset(), { inFeatures, outFeatures, bias: true });
  layers.set("classifier", classifier);
  const flat = (x: tf.Tensor) => tf.reshape(x, [-1, inFeatures]);
  return { layers, respond: (x) => classifier.respond(flat(features.reduce((out, step) => step(out), x))) };
}

/** ResNet-20 with the tensors that Python's has. */
export function resnet20(tensors: NamedTensors) {
  const made = build(specs.resnet20);
  for (const [name, variable] of made.variables) {
    const found = tensors[name];
    if (found === undefined) throw new Error(`expected a tensor ${name}`);
    tf.tidy(() => variable.assign(toTfjs(tf, found)));
  }
  return made;
}

/** Variables as they are, by Python's names. */
export function read(variables: NamedVariables, prefix: string): NamedTensors {
  return Object.fromEntries([...variables].map(([name, one]) => [prefix + name, fromTfjs(one, name)]));
}

/** What Python has drawn, one tensor after another. */
export function drawsOf(draws: NamedTensors): NoiseSource {
  const drawn = Object.values(draws);
  return {
    next: 0,
    draw(shape) {
      const found = drawn[this.next];
      if (found === undefined || String(found.shape) !== String(shape)) {
        throw new Error(`expected draw ${this.next} of shape [${shape}], got ${found ? `[${found.shape}]` : "none"}`);
      }
      this.next += 1;
      return toTfjs(tf, found);
    },
  };
}

/** Channels last, where there are any. */
export const inside = (x: tf.Tensor): tf.Tensor => (x.rank === 4 ? tf.transpose(x, [0, 2, 3, 1]) : x);
/** As torch has it. */
export const outside = (x: tf.Tensor): tf.Tensor => (x.rank === 4 ? tf.transpose(x, [0, 3, 1, 2]) : x);
