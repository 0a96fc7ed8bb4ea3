import * as tf from "@tensorflow/tfjs-core";
import { AdsamError } from "../errors.ts";
import type { StepEvent } from "../schema/events.ts";
import type { Network } from "./models/network.ts";

/** @throws AdsamError `diverged` unless the step's loss is a finite number. */
export function checkLoss(step: StepEvent): void {
  if (!Number.isFinite(step.loss)) {
    throw diverged(`the loss is ${Number.isNaN(step.loss) ? "NaN" : "infinite"}`, step);
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

function diverged(what: string, { step, epoch, learningRate }: StepEvent): AdsamError {
  return new AdsamError("diverged", `training diverged at step ${step}, in epoch ${epoch + 1}: ${what}`, {
    suggestion: `start anew with a learning rate below ${shortNumber(learningRate)}`,
  });
}

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}
