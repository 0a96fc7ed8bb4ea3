import * as tf from "@tensorflow/tfjs-core";
import type { StepOptions } from "../../schema/options.ts";
import { flat, parts } from "./vectors.ts";

/** Of the optimizer "sgd". */
const momentum = 0.9;

/** Tensors by the name of the parameter that they belong to. */
export type ByName = ReadonlyMap<string, tf.Tensor>;

/** What an optimizer remembers: moments by name, and the number of steps where it counts them. */
export interface OptimizerState {
  /** Steps taken; 0 where it does not count them. */
  readonly steps: number;
  /** By torch's names, such as `exp_avg`; none before the first step. */
  readonly moments: ReadonlyMap<string, ByName>;
}

/** Moves parameters down their gradients, as torch's optimizer of the same name does with its defaults. */
export interface Optimizer {
  /** Of the next step. */
  learningRate: number;
  /** One step; parameters without a gradient stay where they are. */
  step(gradients: ByName): void;
  /** The tensors are copies, the caller's. */
  state(): OptimizerState;
  /** Goes on from the state of another optimizer of the same kind, whose tensors are copied. */
  restore(state: OptimizerState): void;
  /** Frees what it remembers. */
  dispose(): void;
}

type Parameters = ReadonlyMap<string, tf.Variable>;

/** The optimizer that the options name, over `parameters`. */
export function createOptimizer(
  { optimizer, learningRate }: Pick<StepOptions, "optimizer" | "learningRate">,
  parameters: Parameters,
): Optimizer {
  return optimizer === "adam" ? new Adam(parameters, learningRate) : new Sgd(parameters, learningRate);
}

/** New parameters and moments, of the parameters, their gradients and the moments before; all are flat vectors. */
type Update = (
  p: tf.Tensor1D,
  g: tf.Tensor1D,
  remembered: (key: string) => tf.Tensor1D,
) => { p: tf.Tensor; moments: Record<string, tf.Tensor> };

/**
 * Keeps parameters and moments of an optimizer, and lets it see them as flat vectors: a handful of operations a step instead
 * of a handful for every parameter, most of which are so small that starting an operation takes longer than computing it.
 */
class FlatParameters {
  readonly #parameters: Parameters;
  readonly #keys: readonly string[];
  /** Of what has moved so far, in the order of `#names`. */
  #moments: ReadonlyMap<string, tf.Tensor1D> = new Map();
  #names: readonly string[] = [];

  constructor(parameters: Parameters, keys: readonly string[]) {
    this.#parameters = parameters;
    this.#keys = keys;
  }

  move(gradients: ByName, update: Update): void {
    const names = [...this.#parameters.keys()].filter((name) => gradients.has(name));
    if (names.length === 0) return;
    tf.tidy(() => {
      this.#remember(names);
      const values = names.map((name) => found(this.#parameters, name));
      const { p, moments } = tf.tidy(() =>
        update(flat(values), flat(names.map((name) => found(gradients, name))), (key) => found(this.#moments, key)),
      );
      for (const [i, part] of parts(p, values).entries()) values[i]?.assign(part);
      this.#replace(names, moments);
    });
  }

  /** The moments by torch's names of them. */
  state(): ReadonlyMap<string, ByName> {
    const like = this.#names.map((name) => found(this.#parameters, name));
    const named = (key: string): ByName => {
      const moment = this.#moments.get(key);
      if (moment === undefined) return new Map();
      return new Map(parts(moment, like).map((part, i) => [this.#names[i] ?? "", part]));
    };
    return new Map(this.#keys.map((key) => [key, named(key)]));
  }

  /** Takes copies of moments. */
  restore(moments: ReadonlyMap<string, ByName>): void {
    const names = [...(moments.get(this.#keys[0] ?? "")?.keys() ?? [])].filter((name) => this.#parameters.has(name));
    tf.tidy(() => {
      const copies = this.#keys.map((key) => [
        key,
        flat(names.map((name) => found(moments.get(key) ?? new Map(), name))),
      ]);
      this.#replace(names, names.length === 0 ? {} : Object.fromEntries(copies));
    });
  }

  dispose(): void {
    this.#replace([], {});
  }

  /** Moments of 0 for parameters that have not moved before. */
  #remember(names: readonly string[]): void {
    if (names.join() === this.#names.join()) return;
    const before = this.state();
    const like = names.map((name) => found(this.#parameters, name));
    const moments = this.#keys.map((key) => [
      key,
      flat(names.map((name, i) => before.get(key)?.get(name) ?? tf.zerosLike(like[i] ?? tf.scalar(0)))),
    ]);
    this.#replace(names, Object.fromEntries(moments));
  }

  #replace(names: readonly string[], moments: Readonly<Record<string, tf.Tensor>>): void {
    for (const moment of this.#moments.values()) moment.dispose();
    this.#names = names;
    this.#moments = new Map(Object.entries(moments).map(([key, moment]) => [key, tf.keep(moment) as tf.Tensor1D]));
  }
}

/** Numbers in one vector, so that of a large network what an update computes on the way is a part of its size: 16 MB. */
const groupSize = 2 ** 22;

/** Parameters in groups, each in flat vectors of its own: one group for all but large networks. */
class ParameterGroups {
  readonly #groups: readonly FlatParameters[];
  readonly #keys: readonly string[];

  constructor(parameters: Parameters, keys: readonly string[]) {
    this.#groups = grouped(parameters).map((group) => new FlatParameters(new Map(group), keys));
    this.#keys = keys;
  }

  move(gradients: ByName, update: Update): void {
    for (const group of this.#groups) group.move(gradients, update);
  }

  /** The moments by torch's names of them. */
  state(): ReadonlyMap<string, ByName> {
    const states = this.#groups.map((group) => group.state());
    return new Map(this.#keys.map((key) => [key, new Map(states.flatMap((state) => [...(state.get(key) ?? [])]))]));
  }

  /** Takes copies of moments. */
  restore(moments: ReadonlyMap<string, ByName>): void {
    for (const group of this.#groups) group.restore(moments);
  }

  dispose(): void {
    for (const group of this.#groups) group.dispose();
  }
}

/** Neighbours together, up to `groupSize` numbers; a larger one is by itself. */
function grouped(parameters: Parameters): [string, tf.Variable][][] {
  const groups: [string, tf.Variable][][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const [name, variable] of parameters) {
    size += variable.size;
    if (size > groupSize) {
      groups.push([]);
      size = variable.size;
    }
    groups.at(-1)?.push([name, variable]);
  }
  return groups;
}

function found<T>(tensors: ReadonlyMap<string, T>, name: string): T {
  const tensor = tensors.get(name);
  if (tensor !== undefined) return tensor;
  throw new Error(`expected a tensor ${name}`);
}

/**
 * Adam (Kingma & Ba, ICLR 2015) in torch's order of operations: eps is added to sqrt(v) after its bias is corrected.
 *
 *     m <- m + (1 - beta1) (g - m),  v <- beta2 v + (1 - beta2) g^2
 *     p <- p - lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
 */
class Adam implements Optimizer {
  learningRate: number;
  readonly #parameters: ParameterGroups;
  #steps = 0;

  constructor(parameters: Parameters, learningRate: number) {
    this.#parameters = new ParameterGroups(parameters, ["exp_avg", "exp_avg_sq"]);
    this.learningRate = learningRate;
  }

  step(gradients: ByName): void {
    const [beta1, beta2, eps] = [0.9, 0.999, 1e-8];
    this.#steps += 1;
    const stepSize = this.learningRate / (1 - beta1 ** this.#steps);
    const correction = Math.sqrt(1 - beta2 ** this.#steps);
    this.#parameters.move(gradients, (p, g, remembered) => {
      const before = remembered("exp_avg");
      const m = tf.add(before, tf.mul(tf.sub(g, before), 1 - beta1));
      const v = tf.add(tf.mul(remembered("exp_avg_sq"), beta2), tf.mul(tf.mul(g, 1 - beta2), g));
      const denominator = tf.add(tf.div(tf.sqrt(v), correction), eps);
      return { p: tf.sub(p, tf.div(tf.mul(m, stepSize), denominator)), moments: { exp_avg: m, exp_avg_sq: v } };
    });
  }

  state(): OptimizerState {
    return { steps: this.#steps, moments: this.#parameters.state() };
  }

  restore({ steps, moments }: OptimizerState): void {
    this.#steps = steps;
    this.#parameters.restore(moments);
  }

  dispose(): void {
    this.#parameters.dispose();
  }
}

/** Stochastic gradient descent with momentum: b <- 0.9 b + g (b = g at first),  p <- p - lr b. */
class Sgd implements Optimizer {
  learningRate: number;
  readonly #parameters: ParameterGroups;

  constructor(parameters: Parameters, learningRate: number) {
    this.#parameters = new ParameterGroups(parameters, ["momentum_buffer"]);
    this.learningRate = learningRate;
  }

  step(gradients: ByName): void {
    this.#parameters.move(gradients, (p, g, remembered) => {
      const velocity = tf.add(tf.mul(remembered("momentum_buffer"), momentum), g);
      return { p: tf.sub(p, tf.mul(velocity, this.learningRate)), moments: { momentum_buffer: velocity } };
    });
  }

  state(): OptimizerState {
    return { steps: 0, moments: this.#parameters.state() };
  }

  restore({ moments }: OptimizerState): void {
    this.#parameters.restore(moments);
  }

  dispose(): void {
    this.#parameters.dispose();
  }
}
