import * as tf from "@tensorflow/tfjs-core";
import type { Normalization } from "../schema/data.ts";
import type { EpochEvent } from "../schema/events.ts";
import { batches, type LabelledImages, labelsOf, networkInput, pick } from "./data.ts";
import type { Network } from "./models/network.ts";
import type { NoiseSource } from "./noise.ts";
import { accuracy, crossEntropy } from "./objective.ts";
import { Pace } from "./pace.ts";

export interface ValidateOptions {
  /** Images in one forward. */
  readonly batch: number;
  /** true draws the weights afresh for each batch, false uses their means. */
  readonly sample: boolean;
  /** Where they are drawn from. */
  readonly noise: NoiseSource;
  /** Of pixels; null when the images are the network's input already. */
  readonly normalization: Normalization | null;
  /** Looked at before every forward. */
  readonly stop: AbortSignal;
}

/**
 * Loss and accuracy on images that were not trained on: one forward a batch in eval mode.
 * null when the signal has fired.
 */
export async function validate(
  model: Network,
  data: LabelledImages,
  { batch, sample, noise, normalization, stop }: ValidateOptions,
): Promise<EpochEvent["validation"]> {
  const { images, labels } = data;
  const pace = new Pace();
  const count = labels.length;
  let [loss, correct] = [0, 0];
  for (const indices of batches(count, batch)) {
    await pace.rest();
    if (stop.aborted) return null;
    tf.tidy(() => {
      const x = networkInput(pick(images, indices), normalization);
      const logits = model.inMode(false, () => model.drawingFrom(noise, () => model.forward(x, { sample })));
      const y = labelsOf(data, indices);
      loss += (crossEntropy(logits, y).dataSync()[0] ?? Number.NaN) * indices.length;
      correct += accuracy(logits, y) * indices.length;
    });
  }
  return { loss: loss / count, accuracy: correct / count, images: count };
}
