import * as tf from "@tensorflow/tfjs-core";
import type { TensorRole } from "../schema/tensors.ts";
import { elementCount } from "../tensor.ts";
import type { ByName } from "./fast/optimizer.ts";
import { flat, parts } from "./fast/vectors.ts";
import { FlatWeights, type ParameterGradients } from "./fast/weights.ts";
import type { Layer, Weights } from "./layers/layer.ts";
import type { Network } from "./models/network.ts";
import type { NoiseSource } from "./noise.ts";

/** The weight or the bias of one layer. */
interface Part {
  readonly layer: Layer;
  /** What the names of the layer's variables begin with in the network. */
  readonly prefix: string;
  readonly name: keyof Weights;
  readonly shape: readonly number[];
}

/** What layers have of a weight: its value where it is a plain one. */
type WeightRole = Exclude<TensorRole, "runningMean" | "runningVariance" | "batchesTracked">;

/**
 * Where the P weights of a network lie in one flat vector: in the order of registration, weight then bias.
 *
 * On such vectors a step takes a handful of operations instead of one for each of sixty tensors, most of which are so small
 * that starting an operation takes longer than computing it.
 */
export class Layout {
  readonly #model: Network;
  readonly #parts: readonly Part[];
  /** In the order in which a forward comes to them. */
  readonly #execution: readonly Part[];

  constructor(model: Network) {
    this.#model = model;
    this.#parts = [...model.layers].flatMap(([name, layer]) => partsOf(layer, name === "" ? "" : `${name}.`));
    this.#execution = model.executed.flatMap((layer) => this.#parts.filter((part) => part.layer === layer));
  }

  /** P, the number of weights. */
  get size(): number {
    return this.#parts.reduce((size, { shape }) => size + elementCount(shape), 0);
  }

  /** The weights as they are now; the tensors are copies. */
  weights(): FlatWeights {
    const { bayesian, parameters, spec } = this.#model;
    if (!bayesian) return new FlatWeights(this.flat("value", parameters), null);
    const logSigma = this.flat("logSigma", parameters);
    return new FlatWeights(this.flat("mean", parameters), { logSigma, priorSigma: spec.priorSigma });
  }

  /** The weights of which `FlatWeights.theta` gave the numbers. */
  weightsOf(theta: tf.Tensor1D): FlatWeights {
    const { bayesian, spec } = this.#model;
    if (!bayesian) return new FlatWeights(theta, null);
    const [mean, logSigma] = tf.split(theta, 2) as [tf.Tensor1D, tf.Tensor1D];
    return new FlatWeights(mean, { logSigma, priorSigma: spec.priorSigma });
  }

  /** Noise to be stored: P numbers of N(0, 1), one draw a tensor in the order of registration. */
  drawStored(source: NoiseSource): tf.Tensor1D {
    return this.#draw(source, this.#parts);
  }

  /** Noise for one forward: P numbers of N(0, 1), one draw a tensor in the order of execution. */
  drawFresh(source: NoiseSource): tf.Tensor1D {
    return this.#draw(source, this.#execution);
  }

  /** Overwrites the stored noise. */
  store(eps: tf.Tensor1D): void {
    tf.tidy(() => {
      for (const [name, value] of this.named("noise", eps)) this.#model.buffers.get(name)?.assign(value);
    });
  }

  /** The parts of a flat vector by the names of what they belong to. */
  named(role: WeightRole, vector: tf.Tensor): ByName {
    const names = this.#names(role);
    return new Map(parts(vector, this.#parts).map((value, i) => [names[i] ?? "", value]));
  }

  /** The flat vector of which `named` gave the parts. */
  flat(role: WeightRole, named: ByName): tf.Tensor1D {
    return flat(this.#names(role).flatMap((name) => named.get(name) ?? []));
  }

  /** Gradients of parameters by their names, in place of the vectors: these are freed, as the optimizer needs room for as much. */
  byParameter({ mean, logSigma }: ParameterGradients): ByName {
    if (logSigma === null) return this.#taken("value", mean);
    return new Map([...this.#taken("mean", mean), ...this.#taken("logSigma", logSigma)]);
  }

  #taken(role: WeightRole, vector: tf.Tensor): ByName {
    const named = this.named(role, vector);
    vector.dispose();
    return named;
  }

  /** Forwards of the network inside it use these P weights. `run` must not be asynchronous. */
  given<T>(weights: tf.Tensor1D, run: () => T): T {
    const values = parts(weights, this.#parts);
    for (const [i, { layer, name }] of this.#parts.entries()) {
      layer.given = { weight: null, bias: null, ...layer.given, [name]: values[i] };
    }
    try {
      return run();
    } finally {
      for (const { layer } of this.#parts) layer.given = null;
    }
  }

  #draw(source: NoiseSource, order: readonly Part[]): tf.Tensor1D {
    return tf.tidy(() => {
      const drawn = new Map(order.map((part) => [part, source.draw(part.shape)]));
      return flat(this.#parts.flatMap((part) => drawn.get(part) ?? []));
    });
  }

  #names(role: WeightRole): string[] {
    return this.#parts.map(({ layer, prefix, name: part }) => {
      const [name] = layer.tensors.find(([, tensor]) => tensor.role === role && tensor.part === part) ?? [];
      return `${prefix}${name}`;
    });
  }
}

function partsOf(layer: Layer, prefix: string): Part[] {
  const { weight, bias } = layer.weights({ sample: false });
  return Object.entries({ weight, bias }).flatMap(([name, value]) =>
    value === null ? [] : [{ layer, prefix, name: name as keyof Weights, shape: value.shape }],
  );
}
