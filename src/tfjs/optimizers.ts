import * as tf from "@tensorflow/tfjs-core";
import type { StepOptions } from "../schema/options.ts";

/** Of the optimizer "sgd". */
const momentum = 0.9;

/** Tensors by the name of the parameter that they belong to. */
export type ByName = ReadonlyMap<string, tf.Tensor>;

/** What an optimizer remembers: moments by name, and the number of steps where it counts them. */
export interface OptimizerState {
  readonly steps: number;
  /** By torch's names, such as `exp_avg`; none before the first step. */
  readonly moments: ReadonlyMap<string, ByName>;
}

/** Moves parameters down their gradients, as torch's optimizer of the same name does with its defaults. */
export interface Optimizer {
  learningRate: number;
  /** One step; parameters without a gradient stay where they are. */
  step(gradients: ByName): void;
  /** The tensors are the optimizer's own. */
  state(): OptimizerState;
  /** Goes on from the state of another optimizer of the same kind, whose tensors are copied. */
  restore(state: OptimizerState): void;
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

/**
 * Adam (Kingma & Ba, ICLR 2015) in torch's order of operations: eps is added to sqrt(v) after its bias is corrected.
 *
 *     m <- m + (1 - beta1) (g - m),  v <- beta2 v + (1 - beta2) g^2
 *     p <- p - lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
 */
export class Adam implements Optimizer {
  learningRate: number;
  readonly #parameters: Parameters;
  readonly #means = new Moments();
  readonly #squares = new Moments();
  #steps = 0;

  constructor(parameters: Parameters, learningRate: number) {
    this.#parameters = parameters;
    this.learningRate = learningRate;
  }

  step(gradients: ByName): void {
    const [beta1, beta2, eps] = [0.9, 0.999, 1e-8];
    this.#steps += 1;
    const stepSize = this.learningRate / (1 - beta1 ** this.#steps);
    const correction = Math.sqrt(1 - beta2 ** this.#steps);
    for (const [name, parameter] of this.#parameters) {
      const g = gradients.get(name);
      if (g === undefined) continue;
      tf.tidy(() => {
        const before = this.#means.get(name, g);
        const m = tf.add(before, tf.mul(tf.sub(g, before), 1 - beta1));
        const v = tf.add(tf.mul(this.#squares.get(name, g), beta2), tf.mul(tf.mul(g, 1 - beta2), g));
        const denominator = tf.add(tf.div(tf.sqrt(v), correction), eps);
        parameter.assign(tf.sub(parameter, tf.div(tf.mul(m, stepSize), denominator)));
        this.#means.set(name, m);
        this.#squares.set(name, v);
      });
    }
  }

  state(): OptimizerState {
    const moments = { exp_avg: this.#means.tensors, exp_avg_sq: this.#squares.tensors };
    return { steps: this.#steps, moments: new Map(Object.entries(moments)) };
  }

  restore({ steps, moments }: OptimizerState): void {
    this.#steps = steps;
    this.#means.replace(moments.get("exp_avg"));
    this.#squares.replace(moments.get("exp_avg_sq"));
  }

  dispose(): void {
    this.#means.replace(undefined);
    this.#squares.replace(undefined);
  }
}

/** Stochastic gradient descent with momentum: b <- 0.9 b + g (b = g at first),  p <- p - lr b. */
export class Sgd implements Optimizer {
  learningRate: number;
  readonly #parameters: Parameters;
  readonly #velocities = new Moments();

  constructor(parameters: Parameters, learningRate: number) {
    this.#parameters = parameters;
    this.learningRate = learningRate;
  }

  step(gradients: ByName): void {
    for (const [name, parameter] of this.#parameters) {
      const g = gradients.get(name);
      if (g === undefined) continue;
      tf.tidy(() => {
        const velocity = tf.add(tf.mul(this.#velocities.get(name, g), momentum), g);
        parameter.assign(tf.sub(parameter, tf.mul(velocity, this.learningRate)));
        this.#velocities.set(name, velocity);
      });
    }
  }

  state(): OptimizerState {
    return { steps: 0, moments: new Map([["momentum_buffer", this.#velocities.tensors]]) };
  }

  restore({ moments }: OptimizerState): void {
    this.#velocities.replace(moments.get("momentum_buffer"));
  }

  dispose(): void {
    this.#velocities.replace(undefined);
  }
}

/** One tensor a parameter, zero until it is set, that outlives the tidy it was made in. */
class Moments {
  readonly tensors = new Map<string, tf.Tensor>();

  get(name: string, like: tf.Tensor): tf.Tensor {
    return this.tensors.get(name) ?? tf.zerosLike(like);
  }

  set(name: string, value: tf.Tensor): void {
    this.tensors.get(name)?.dispose();
    this.tensors.set(name, tf.keep(value));
  }

  /** Takes copies of `tensors` in place of its own. */
  replace(tensors: ByName = new Map()): void {
    const copies = [...tensors].map(([name, tensor]) => [name, tf.keep(tf.clone(tensor))] as const);
    for (const tensor of this.tensors.values()) tensor.dispose();
    this.tensors.clear();
    for (const [name, copy] of copies) this.tensors.set(name, copy);
  }
}
