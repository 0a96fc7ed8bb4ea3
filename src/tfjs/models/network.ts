import type * as tf from "@tensorflow/tfjs-core";
import { AdsamError } from "../../errors.ts";
import { type Architecture, architectures } from "../../schema/architectures.ts";
import type { Normalization } from "../../schema/data.ts";
import { isNetworkSpec, type ModelSpec } from "../../schema/models.ts";
import { isParameter, isRunningStatistic, type TensorInfo } from "../../schema/tensors.ts";
import { PlainBatchNorm2d, RandBatchNorm2d } from "../layers/batch-norm.ts";
import { klDivergence } from "../layers/gaussian.ts";
import type { Layer, LayerTensor, Way } from "../layers/layer.ts";
import type { NoiseSource } from "../noise.ts";
import { channelsFirst, channelsLast, type NamedVariables, outerDtype, torchShape } from "../tensors.ts";

/** How a forward goes: which weights, and `features` for what enters the last layer instead of logits. */
export interface NetworkWay extends Way {
  /** What enters the last layer instead of logits; false unless told otherwise. */
  readonly features?: boolean | undefined;
}

/**
 * A model with its `spec`. Subclasses say what enters the last layer (`embed`) and what the last layer makes of it
 * (`classify`). Images have channels last inside: [N, H, W, C].
 *
 * What `forward` and `kl` return belongs to the caller, together with everything on the way: call them inside `tf.tidy`,
 * or inside `tf.variableGrads` and the like.
 */
export abstract class Network {
  /** What was built, defaults included. */
  readonly spec: ModelSpec;
  /** By name, in torch's order of registration; a layer on its own is named "". */
  readonly layers: ReadonlyMap<string, Layer>;
  /** Of the pixels that it was trained on; null when it was trained on none, or nobody knows. */
  normalization: Normalization | null = null;
  #noise: NoiseSource;
  #training = true;

  protected constructor(spec: ModelSpec, layers: ReadonlyMap<string, Layer>, noise: NoiseSource) {
    this.spec = spec;
    this.layers = layers;
    this.#noise = noise;
    this.noise = noise;
  }

  /** What enters the last layer. */
  protected abstract embed(x: tf.Tensor, way: Way): tf.Tensor;
  /** The last layer. */
  protected abstract classify(features: tf.Tensor, way: Way): tf.Tensor;
  /** The first batch norm that sees one pixel alone of an image of this shape, channels last; null where none does. */
  protected narrowest(_shape: readonly number[]): string | null {
    return null;
  }

  /**
   * The output of one forward: logits [N, classes], or features. In train mode batch norm uses the batch's statistics
   * and moves the running ones, unless inside `freezing`.
   * @param x float32, [N, H, W, 3] for networks.
   * @throws AdsamError `usage` when the input has not the shape that it takes, or in train mode leaves a batch norm one
   *   value a channel.
   */
  forward(x: tf.Tensor, way: NetworkWay = {}): tf.Tensor {
    this.checkInput(x.shape);
    if (this.training) this.checkBatch(x.shape);
    const features = this.embed(x, way);
    return way.features === true ? features : this.classify(features, way);
  }

  /**
   * Holds an input to what a network takes.
   * @param shape channels last.
   * @throws AdsamError `usage` when it cannot be taken; a layer on its own says so itself.
   */
  checkInput(shape: readonly number[]): void {
    if (isNetworkSpec(this.spec)) checkImages(shape, this.spec.kind);
  }

  /**
   * One value a channel has no variance: that is one image, of which a batch norm sees one pixel.
   * @param shape channels last.
   * @throws AdsamError `usage` when batch norm cannot go by the statistics of such a batch.
   */
  checkBatch(shape: readonly number[], name = "the batch"): void {
    const [count = 0, height, width] = shape;
    if (count > 1 || ![...this.layers.values()].some(normalizes)) return;
    if (count === 0) throw new AdsamError("usage", `expected images in ${name}, got shape ${torchShape(shape)}`);
    const layer = this.narrowest(shape);
    if (layer === null) return;
    throw new AdsamError(
      "usage",
      `${name} has 1 image, of ${height}x${width}, and of that batch norm ${layer} sees 1 pixel: ` +
        "expected more than one value a channel, for a variance",
      { suggestion: "take another batch size, an image more or less, or larger images" },
    );
  }

  /** The layers in the order in which a forward calls them. */
  get executed(): readonly Layer[] {
    return [...this.layers.values()];
  }

  /** KL divergence of all weights from their prior, a scalar, in nats; 0 for a plain network. */
  kl(): tf.Scalar {
    const posteriors = [...this.layers.values()].flatMap((layer) => layer.posteriors());
    return klDivergence(posteriors, this.spec.priorSigma);
  }

  /** Parameters in torch's layout, in the order of registration. */
  get parameters(): NamedVariables {
    return this.#variables(isParameter);
  }

  /** Stored noise, running statistics and counts, in the order of registration. */
  get buffers(): NamedVariables {
    return this.#variables((tensor) => !isParameter(tensor));
  }

  /** Parameters and buffers, in the order of the checkpoint. */
  get variables(): NamedVariables {
    return this.#variables(() => true);
  }

  /** The stored eps, in the order of registration, weight then bias. */
  get storedNoise(): NamedVariables {
    return this.#variables(({ role }) => role === "noise");
  }

  /** Running means and variances, in the order of registration. */
  get runningStatistics(): NamedVariables {
    return this.#variables(isRunningStatistic);
  }

  /** Parameters and buffers as others see them, in the order of the checkpoint. */
  get tensors(): TensorInfo[] {
    return this.#tensors.map(({ name, layer, role, part, variable }) => {
      return { name, layer, role, part, dtype: outerDtype(variable), shape: [...variable.shape] };
    });
  }

  /** Whether any weight is drawn. */
  get bayesian(): boolean {
    return [...this.layers.values()].some((layer) => layer.posteriors().length > 0);
  }

  /** Where all layers draw fresh noise from. */
  get noise(): NoiseSource {
    return this.#noise;
  }

  set noise(source: NoiseSource) {
    this.#noise = source;
    for (const layer of this.layers.values()) layer.drawFrom(source);
  }

  get training(): boolean {
    return this.#training;
  }

  set training(train: boolean) {
    this.#training = train;
    for (const layer of this.layers.values()) layer.training = train;
  }

  /** Draws from `source` while `run` runs, and from its own noise again afterwards. `run` must not be asynchronous. */
  drawingFrom<T>(source: NoiseSource, run: () => T): T {
    const own = this.noise;
    this.noise = source;
    try {
      return run();
    } finally {
      this.noise = own;
    }
  }

  /** In train or eval mode while `run` runs, and in its own mode again afterwards. `run` must not be asynchronous. */
  inMode<T>(train: boolean, run: () => T): T {
    const before = this.training;
    this.training = train;
    try {
      return run();
    } finally {
      this.training = before;
    }
  }

  /** Forwards inside it leave running statistics and their count as they are. `run` must not be asynchronous. */
  freezing<T>(run: () => T): T {
    const layers = [...this.layers.values()];
    for (const layer of layers) layer.frozen = true;
    try {
      return run();
    } finally {
      for (const layer of layers) layer.frozen = false;
    }
  }

  /** An input or output in torch's layout, from the one inside. */
  toTorch(x: tf.Tensor): tf.Tensor {
    return x.rank < 3 || this.spec.kind === "linear" ? x : channelsFirst(x);
  }

  /** An input or output in the layout inside, from torch's. */
  fromTorch(x: tf.Tensor): tf.Tensor {
    return x.rank < 3 || this.spec.kind === "linear" ? x : channelsLast(x);
  }

  /** Frees all parameters and buffers. */
  dispose(): void {
    for (const layer of this.layers.values()) layer.dispose();
  }

  get #tensors() {
    return [...this.layers].flatMap(([layer, { tensors }]) =>
      tensors.map(([name, tensor]) => ({ name: layer === "" ? name : `${layer}.${name}`, layer, ...tensor })),
    );
  }

  #variables(wanted: (tensor: LayerTensor) => boolean): NamedVariables {
    return new Map(this.#tensors.filter(wanted).map(({ name, variable }) => [name, variable]));
  }
}

function normalizes(layer: Layer): boolean {
  return layer instanceof RandBatchNorm2d || layer instanceof PlainBatchNorm2d;
}

/** @throws AdsamError `usage` unless this is the shape, channels last, of images that such a network takes. */
function checkImages(shape: readonly number[], kind: Architecture): void {
  const { channels, side } = architectures[kind];
  const [, height = 0, width, depth] = shape;
  if (shape.length !== 4 || depth !== channels || height !== width || height < 1) {
    throw new AdsamError("usage", `expected square images of shape [N, ${channels}, H, H], got ${torchShape(shape)}`);
  }
  if (side === null || height === side) return;
  throw new AdsamError("usage", `${kind} takes images of ${side}x${side}, got ${height}x${width}`, {
    suggestion: `resize the images to ${side}x${side} or take a ResNet`,
  });
}
