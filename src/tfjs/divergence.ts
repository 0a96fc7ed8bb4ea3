import * as tf from "@tensorflow/tfjs-core";
import { AdsamError } from "../errors.ts";
import type { EpochEvent, StepEvent } from "../schema/events.ts";
import type { Network } from "./models/network.ts";

/** @throws AdsamError `diverged` unless the step's loss is a finite number. */
export function checkLoss(step: StepEvent): void {
  if (!Number.isFinite(step.loss)) throw diverged(`the loss is ${nameOf(step.loss)}`, step);
}

/**
 * Weights may be finite and yet so large that no output of theirs is.
 * @throws AdsamError `diverged` unless the epoch's loss on the test images, where it has one, is a finite number.
 */
export function checkValidation(epoch: EpochEvent): void {
  const { validation } = epoch;
  if (validation !== null && !Number.isFinite(validation.loss)) {
    throw diverged(`the loss on the test images is ${nameOf(validation.loss)}`, epoch);
  }
}

/**
 * Waits for the engine: to be asked when the model is written down, not at every step.
 * @param last the last step that it took.
 * @throws AdsamError `diverged`, naming the first offender, unless all tensors are finite.
 */
export function checkWeights(network: Network, last: StepEvent): void {
  for (const [name, variable] of network.variables) {
    if (variable.dtype !== "float32") continue; // a count
    const finite = tf.tidy(() => tf.all(tf.isFinite(variable)).dataSync()[0] === 1);
    if (!finite) throw diverged(`${name} holds NaN or infinity (loss ${shortNumber(last.loss)})`, last);
  }
}

function diverged(what: string, { step, epoch, learningRate }: StepEvent | EpochEvent): AdsamError {
  return new AdsamError("diverged", `training diverged at step ${step}, in epoch ${epoch + 1}: ${what}`, {
    suggestion: `start anew with a learning rate below ${shortNumber(learningRate)}`,
  });
}

function nameOf(loss: number): string {
  return Number.isNaN(loss) ? "NaN" : "infinite";
}

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}
