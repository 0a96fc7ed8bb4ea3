import { streamKey, uniformNumbers } from "../random.ts";
import type { FitOptions } from "../schema/options.ts";
import { type NamedTensors, type Tensor, tensor } from "../tensor.ts";
import { GaussianNoise, type NoiseSource, noiseFrom, WaveNoise } from "./noise.ts";

/** Sequences from U[0, 1), one after another; a sequence is a function of seed, stream and its number alone. */
export class UniformStream {
  /** Number of the next sequence: where the stream stands. */
  next = 0;
  readonly #seed: number;
  readonly #stream: string;

  constructor(seed: number, stream: string) {
    this.#seed = seed;
    this.#stream = stream;
  }

  draw(): () => number {
    return uniformNumbers(streamKey(this.#seed, `${this.#stream} ${this.next++}`));
  }
}

/** What torch's side calls the number of a wave's next draw. Its generators have states that mean nothing here. */
const waveName = "generator.noise";

function counter(next: number): Tensor {
  return tensor(new BigInt64Array([BigInt(next)]), []);
}

/**
 * The random streams of a training run: independent ones from one seed, so that using one more of one moves no other.
 * Where each stands is a number, `next`.
 */
export class Streams {
  /** Of the weights. */
  readonly noise: NoiseSource;
  readonly augmentation: UniformStream;
  /** Of the batches. */
  readonly order: UniformStream;

  constructor({ seed, noise }: Pick<FitOptions, "seed" | "noise">) {
    this.noise = noiseFrom(noise, new GaussianNoise(seed, "training noise"));
    this.augmentation = new UniformStream(seed, "augmentation");
    this.order = new UniformStream(seed, "order");
  }

  /** Where the streams stand, to be written down. */
  tensors(): NamedTensors {
    const { noise, augmentation, order } = this;
    return {
      ...(noise instanceof WaveNoise ? { [waveName]: counter(noise.next) } : {}),
      "counter.noise": counter(noise.next),
      "counter.augmentation": counter(augmentation.next),
      "counter.order": counter(order.next),
    };
  }

  /** Goes back to where `tensors` were taken; a stream that torch's side wrote down begins anew, but for a wave. */
  restore(tensors: NamedTensors): void {
    const stands = (name: string) => Number(tensors[name]?.data[0] ?? 0);
    this.noise.next = stands(this.noise instanceof WaveNoise ? waveName : "counter.noise");
    this.augmentation.next = stands("counter.augmentation");
    this.order.next = stands("counter.order");
  }
}
