import * as tf from "@tensorflow/tfjs-core";
import type { NoiseSource } from "./noise.ts";
import type { ByName } from "./optimizers.ts";
import type { NamedVariables } from "./tensors.ts";

/** Signed gradient ascent of the stored noise: moves eps against the sign of the gradient of -CE, so that CE rises. */
export class NoiseAscent {
  /** The model's stored noise, overwritten in place. */
  readonly eps: NamedVariables;
  /**
   * By name, where gradients are accumulated and never cleared: the sign is that of their sum over all steps and
   * batches so far. null otherwise.
   */
  readonly sums: NamedVariables | null;
  readonly #stepSize: number;

  constructor(eps: NamedVariables, stepSize: number, options: { readonly accumulate: boolean }) {
    this.eps = eps;
    this.#stepSize = stepSize;
    this.sums = options.accumulate ? zeros(eps) : null;
  }

  /** `eps ~ N(0, 1)`, one draw a tensor in registration order. */
  restart(noise: NoiseSource): void {
    for (const e of this.eps.values()) tf.tidy(() => e.assign(noise.draw(e.shape)));
  }

  /** `eps <- eps - stepSize * sign(gradient of -CE)`; `gradients` has one for every eps. */
  climb(gradients: ByName): void {
    this.remember(gradients);
    for (const [name, e] of this.eps) {
      const direction = (this.sums ?? gradients).get(name);
      if (direction !== undefined) tf.tidy(() => e.assign(tf.sub(e, tf.mul(tf.sign(direction), this.#stepSize))));
    }
  }

  /** Adds to the sums, where there are any; gradients of other tensors are none of them. */
  remember(gradients: ByName): void {
    for (const [name, total] of this.sums ?? []) {
      const gradient = gradients.get(name);
      if (gradient !== undefined) tf.tidy(() => total.assign(tf.add(total, gradient)));
    }
  }

  dispose(): void {
    if (this.sums !== null) tf.dispose([...this.sums.values()]);
  }
}

function zeros(like: NamedVariables): NamedVariables {
  return new Map([...like].map(([name, { shape }]) => [name, tf.tidy(() => tf.variable(tf.zeros(shape)))]));
}
