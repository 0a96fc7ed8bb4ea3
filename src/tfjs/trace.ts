import * as tf from "@tensorflow/tfjs-core";
import type { Split } from "../data/dataset.ts";
import { resolveNormalization } from "../data/normalization.ts";
import type { OpenStages } from "../port/stages/stage.ts";
import type { InputNormalization } from "../schema/data.ts";
import type { StepOptions } from "../schema/options.ts";
import type { Digest, StepRecord } from "../schema/results.ts";
import { digest } from "../wave.ts";
import { classesOf, labelled, networkInput } from "./data.ts";
import { FastStep } from "./fast/step.ts";
import type { Network } from "./models/network.ts";
import { type NoiseSource, WaveNoise } from "./noise.ts";
import { Pace } from "./pace.ts";
import { numberOf, scoped } from "./passes.ts";
import { fromTf, inside, type NamedVariables } from "./tensors.ts";

/**
 * Takes one training step a batch, with one optimizer, and records every forward of it.
 * @param model is trained; its mode and noise are its own again afterwards.
 * @param batches images [N, 3, H, W], and their classes. Whole numbers are pixels, floating point numbers the network's input,
 *   unless `normalization` says otherwise.
 * @param noise where the draws come from; `draws` counts them from 0, or from `noise.next` of a wave.
 */
export async function trace(
  model: Network,
  batches: readonly Split[],
  { options, trainingSize, noise, normalization: asked = "model", stages = null }: TraceSetting,
  check: () => void,
): Promise<StepRecord[]> {
  const classes = classesOf(model.spec);
  const whole = batches.map((batch, j) => {
    const name = `batch ${j + 1} of ${batches.length}`;
    const { images, labels } = labelled(batch, classes, name);
    model.checkInput(inside(images.shape));
    model.checkBatch(inside(images.shape), name);
    return { images, labels, normalization: resolveNormalization(model.normalization, batch.images, asked) };
  });
  const origin = noise instanceof WaveNoise ? 0 : noise.next;
  const forwards: StepRecord["forwards"][number][] = [];
  const observe = (fixedNoise: boolean, loss: number) => {
    const kl = model.bayesian ? numberOf(model.kl()) : null;
    forwards.push({ fixedNoise, eps: fixedNoise ? digests(model.storedNoise) : null, loss, kl });
  };
  const step = new FastStep(model, options, trainingSize, observe, stages);
  const records: StepRecord[] = [];
  const pace = new Pace();
  try {
    for (const { images, labels, normalization } of whole) {
      await pace.rest();
      check();
      const first = noise.next - origin;
      const { loss, accuracy } = scoped(() => {
        const [x, y] = [networkInput(images, normalization), tf.tensor1d([...labels], "int32")];
        return model.inMode(true, () => model.drawingFrom(noise, () => step.take(x, y)));
      });
      records.push({
        loss,
        accuracy,
        draws: [first, noise.next - origin],
        forwards: forwards.splice(0),
        parameters: digests(model.parameters),
        running: digests(model.runningStatistics),
      });
    }
    return records;
  } finally {
    step.dispose();
  }
}

/** The steps that a trace takes. */
export interface TraceSetting {
  /** Of the step. */
  readonly options: StepOptions;
  /** N of beta = 1 / N / 100. */
  readonly trainingSize: number;
  /** Where the noise of the weights comes from. */
  readonly noise: NoiseSource;
  /** How the images become the network's input; "model" unless given, and the model does not keep it. */
  readonly normalization?: InputNormalization | undefined;
  /** What is computed elsewhere; null unless given. */
  readonly stages?: OpenStages | null | undefined;
}

function digests(variables: NamedVariables): Record<string, Digest> {
  return Object.fromEntries([...variables].map(([name, variable]) => [name, digest(fromTf(variable))]));
}
