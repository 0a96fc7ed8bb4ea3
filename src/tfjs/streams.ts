import { streamKey, uniformNumbers } from "../random.ts";
import type { FitOptions } from "../schema/options.ts";
import { type NamedTensors, type Tensor, tensor } from "../tensor.ts";
import { GaussianNoise, type NoiseSource, noiseFrom, WaveNoise } from "./noise.ts";

/** What torch's side calls the number of a wave's next draw. Its generators have states that mean nothing here. */
const waveName = "generator.noise";

function counter(next: number): Tensor {
  return tensor(new BigInt64Array([BigInt(next)]), []);
}

/**
 * The random streams of a training run: independent ones from one seed, so that using one more of one moves no other. The
 * order of the images and their augmentation are functions of the seed and of the number of the epoch or step, as in Python.
 */
export class Streams {
  /** Of the weights. */
  readonly noise: NoiseSource;
  readonly #seed: number;

  constructor({ seed, noise }: Pick<FitOptions, "seed" | "noise">) {
    this.noise = noiseFrom(noise, new GaussianNoise(seed, "training noise"));
    this.#seed = seed;
  }

  /** What the order of an epoch's images is drawn from. */
  order(epoch: number): () => number {
    return uniformNumbers(streamKey(this.#seed, `order ${epoch}`));
  }

  /** What the images of a step are augmented by. */
  augmentation(step: number): () => number {
    return uniformNumbers(streamKey(this.#seed, `augmentation ${step}`));
  }

  /** Where the noise stands, to be written down. */
  tensors(): NamedTensors {
    const { noise } = this;
    return {
      ...(noise instanceof WaveNoise ? { [waveName]: counter(noise.next) } : {}),
      "counter.noise": counter(noise.next),
    };
  }

  /** Goes back to where `tensors` were taken; noise that torch's side wrote down begins anew, but for a wave. */
  restore(tensors: NamedTensors): void {
    const name = this.noise instanceof WaveNoise ? waveName : "counter.noise";
    this.noise.next = Number(tensors[name]?.data[0] ?? 0);
  }
}
