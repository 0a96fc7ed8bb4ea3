import * as tf from "@tensorflow/tfjs-core";
import { AdsamError } from "../../errors.ts";
import { moved, normalizeBy, normalizeByBatch } from "../kernels/batch-norm.ts";
import { torchShape } from "../tensors.ts";
import type { Layer, Weights } from "./layer.ts";

/** What `torch.nn.BatchNorm2d` takes, its defaults included. */
export interface BatchNormOptions {
  /** Channels of the input. */
  readonly features: number;
  /** Added to the variance; 1e-5 unless told otherwise. */
  readonly eps?: number | undefined;
  /** Weight of a batch in the running statistics; null: a cumulative average. */
  readonly momentum?: number | null | undefined;
  /** Whether running statistics are kept for eval mode; true unless told otherwise. */
  readonly trackRunningStats?: boolean | undefined;
}

interface Running {
  readonly mean: tf.Variable;
  readonly variance: tf.Variable;
  readonly count: tf.Variable;
}

/** What batch normalisation is, apart from its scale and shift; it holds the running statistics. */
export class BatchNorm {
  /** Channels of the input. */
  readonly features: number;
  /** Added to the variance. */
  readonly eps: number;
  /** Weight of a batch in the running statistics; null: a cumulative average. */
  readonly momentum: number | null;
  readonly #running: Running | null;

  /** Running statistics become buffers of `layer`. */
  constructor(layer: Layer, options: BatchNormOptions) {
    const { features, eps = 1e-5, momentum = 0.1, trackRunningStats = true } = options;
    this.features = features;
    this.eps = eps;
    this.momentum = momentum;
    this.#running = trackRunningStats ? running(features) : null;
    if (this.#running === null) return;
    const { mean, variance, count } = this.#running;
    layer.hold("running_mean", "runningMean", null, mean);
    layer.hold("running_var", "runningVariance", null, variance);
    layer.hold("num_batches_tracked", "batchesTracked", null, count);
  }

  /**
   * [N, H, W, features], normalised by the batch in train mode, else by the running values.
   * Without running statistics the batch's own are used in either mode.
   * @throws AdsamError `usage` for another number of features, or one value a channel.
   */
  apply(x: tf.Tensor, { weight, bias }: Weights, { training, frozen }: Layer): tf.Tensor {
    if (x.rank !== 4 || x.shape[3] !== this.features) {
      throw new AdsamError(
        "usage",
        `expected an input of shape [N, ${this.features}, H, W], got ${torchShape(x.shape)}`,
      );
    }
    const scale = weight ?? tf.ones([this.features]);
    const shift = bias ?? tf.zeros([this.features]);
    if (!training && this.#running !== null) {
      return normalizeBy(x, { scale, shift }, this.#running.mean, this.#running.variance, this.eps);
    }
    if (x.size <= this.features) {
      throw new AdsamError("usage", `batch norm needs more than one value per channel, got ${torchShape(x.shape)}`, {
        suggestion: "take more images, larger ones, or another batch size",
      });
    }
    const running = training && !frozen ? this.#running : null;
    return normalizeByBatch(x, { scale, shift }, this.eps, (mean, variance) => {
      if (running !== null) this.#move(running, mean, variance);
    });
  }

  #move(running: Running, mean: tf.Tensor, variance: tf.Tensor): void {
    tf.tidy(() => {
      running.count.assign(tf.add(running.count, tf.scalar(1, "int32")));
      const momentum = this.momentum ?? 1 / (running.count.dataSync()[0] ?? 1);
      for (const [kept, seen] of [
        [running.mean, mean],
        [running.variance, variance],
      ] as const) {
        kept.assign(moved(kept, seen, momentum));
      }
    });
  }
}

function running(features: number): Running {
  return tf.tidy(() => ({
    mean: tf.variable(tf.zeros([features]), false),
    variance: tf.variable(tf.ones([features]), false),
    count: tf.variable(tf.scalar(0, "int32"), false),
  }));
}
