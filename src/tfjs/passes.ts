import * as tf from "@tensorflow/tfjs-core";
import type { ForwardResult, Gradients } from "../backend.ts";
import { normalize, resolveNormalization } from "../data/normalization.ts";
import { AdsamError } from "../errors.ts";
import type { InputNormalization } from "../schema/data.ts";
import {
  type ForwardOptionsInput,
  forwardOptions,
  type GradientOptionsInput,
  gradientOptions,
} from "../schema/options.ts";
import { kindOf, type Tensor } from "../tensor.ts";
import { validate } from "../validation.ts";
import { pixelsOf } from "./data.ts";
import type { Network } from "./models/network.ts";
import { noiseFrom } from "./noise.ts";
import { crossEntropy, elbo } from "./objective.ts";
import { fromTf as numbersOf, toFloat32 } from "./tensors.ts";

type ForwardOptions = ReturnType<typeof forwardOptions.parse>;
type GradientOptions = ReturnType<typeof gradientOptions.parse>;

/** What one forward for a gradient gives. */
export interface Evaluated {
  readonly loss: tf.Scalar;
  readonly kl: tf.Scalar;
  /** In the layout inside. */
  readonly output: tf.Tensor;
}

/**
 * Output and KL divergence of one forward.
 * @param model stays in the mode and with the noise that it has.
 * @param input what the model takes, [N, 3, H, W] for a network; rounded to float32. Whole numbers are pixels, and are
 *   normalised as those that the model was trained on; floating point numbers are its input already. The option
 *   `normalization` says otherwise.
 * @throws AdsamError `usage` for options out of range, for an input that the model does not take, and for pixels when neither
 *   the model nor the option knows a normalization.
 */
export function forward(model: Network, input: Tensor, options: ForwardOptionsInput = {}): ForwardResult {
  const parsed = validate(forwardOptions, options, "forward");
  return scoped(() => {
    const x = model.fromTorch(inputOf(model, input, parsed.normalization));
    const [output, kl] = model.inMode(parsed.train, () => run(model, x, parsed));
    return { output: numbersOf(model.toTorch(output)), kl: divergence(model, kl) };
  });
}

/**
 * One forward and one backward.
 * @param model stays in the mode and with the noise that it has.
 * @param input as for `forward`.
 * @param target labels [N] for the objective "elbo", CE + beta * kl; a direction shaped as the output for "projection",
 *   sum(output * target) + kl.
 * @returns `parameters` has every parameter that the loss depends on, and the stored eps when `weights` is "stored".
 * @throws AdsamError `usage` as `forward`, and for a target that does not fit the output.
 */
export function gradients(
  model: Network,
  input: Tensor,
  target: Tensor,
  options: GradientOptionsInput = {},
): Gradients {
  const parsed = validate(gradientOptions, options, "gradients");
  return scoped(() => {
    const x = inputOf(model, input, parsed.normalization);
    const eps = parsed.weights === "stored" ? model.storedNoise : [];
    const leaves = new Map<string, tf.Tensor>([...model.parameters, ...eps]);
    const [{ loss, kl, output }, [ofInput, ...found]] = differentiate(() => {
      const evaluated = evaluate(model, model.fromTorch(x), target, parsed);
      const { loss, kl } = evaluated;
      return [
        loss,
        { loss: numberOf(loss), kl: divergence(model, kl), output: numbersOf(model.toTorch(evaluated.output)) },
      ];
    }, [x, ...leaves.values()]);
    const parameters: Record<string, Tensor> = {};
    [...leaves.keys()].forEach((name, i) => {
      const gradient = found[i];
      if (!gradient) return;
      parameters[name] = numbersOf(gradient);
      gradient.dispose(); // of a large network neither side need hold all of them at once
    });
    return { loss, kl, output, input: numbersOf(ofInput ?? tf.zerosLike(x)), parameters };
  });
}

/**
 * What `evaluate` answers beside the loss, and the loss's gradients with respect to `tensors`, null where it does not
 * depend on one. `tensors` may grow while `evaluate` runs, by what is computed on the way. Call it inside `scoped`: of
 * what `evaluate` answers, tensors are gone.
 */
export function differentiate<Answer>(
  evaluate: () => readonly [loss: tf.Scalar, answer: Answer],
  tensors: tf.Tensor[],
): readonly [Answer, readonly (tf.Tensor | null | undefined)[]] {
  const answers: Answer[] = [];
  // The engine itself, because `tf.grads` refuses a tensor that the loss does not depend on.
  const { grads } = tf.engine().gradients(
    () => {
      const [loss, answer] = evaluate();
      answers.push(answer);
      return loss;
    },
    tensors,
    undefined,
    true,
  );
  return [only(answers), grads];
}

/** Objective, KL divergence and output of one forward in the mode that the options name; x in the layout inside. */
export function evaluate(model: Network, x: tf.Tensor, target: Tensor, options: GradientOptions): Evaluated {
  const [output, kl] = model.inMode(options.train, () => run(model, x, options));
  return { loss: objective(model, output, kl, target, options), kl, output };
}

/** Runs `compute` and frees every tf tensor that it leaves; unlike `tf.tidy` it does not search its answer for them. */
export function scoped<T>(compute: () => T): T {
  const answers: T[] = [];
  tf.tidy(() => {
    answers.push(compute());
  });
  return only(answers);
}

/** The input as a float32 tf tensor in torch's layout, pixels normalised. */
export function inputOf({ normalization: own }: Network, input: Tensor, asked: InputNormalization): tf.Tensor {
  const normalization = resolveNormalization(own, input, asked);
  return toFloat32(normalization === null ? input : normalize(pixelsOf(input, "input"), normalization));
}

/** KL divergence as it is reported: a plain network has none. */
export function divergence(model: Network, kl: tf.Scalar): number | null {
  return model.bayesian ? numberOf(kl) : null;
}

/** The number in a scalar. Waits for the engine. */
export function numberOf(scalar: tf.Scalar): number {
  return scalar.dataSync()[0] ?? Number.NaN;
}

function run(model: Network, x: tf.Tensor, options: ForwardOptions): [output: tf.Tensor, kl: tf.Scalar] {
  const way = { sample: options.weights !== "mean", fix: options.weights === "stored" };
  const features = options.output === "features";
  const output = model.drawingFrom(noiseFrom(options.noise, model.noise), () => model.forward(x, { ...way, features }));
  return [output, way.sample ? model.kl() : tf.scalar(0)];
}

function objective(
  model: Network,
  output: tf.Tensor,
  kl: tf.Scalar,
  target: Tensor,
  { objective, beta }: GradientOptions,
): tf.Scalar {
  if (objective === "elbo") return elbo(crossEntropy(output, labelsFor(output, target)), kl, beta);
  const direction = toFloat32(target);
  const shape = model.toTorch(output).shape;
  if (direction.shape.join() !== shape.join()) {
    throw new AdsamError("usage", `expected a direction shaped as the output, [${shape}], got [${direction.shape}]`);
  }
  return tf.add(tf.sum(tf.mul(output, model.fromTorch(direction))), kl);
}

function labelsFor(logits: tf.Tensor, { shape, data, dtype }: Tensor): tf.Tensor {
  if (kindOf(dtype) !== "integer") throw new AdsamError("usage", `expected labels as integers, got ${dtype}`);
  const [images, classes = 0] = logits.shape;
  if (logits.rank !== 2 || shape.length !== 1 || shape[0] !== images) {
    throw new AdsamError("usage", `expected one label an output [N, classes], got [${shape}] for [${logits.shape}]`);
  }
  const labels = Array.from<number | bigint, number>(data, Number);
  const wrong = labels.find((label) => label < 0 || label >= classes);
  if (wrong !== undefined) throw new AdsamError("usage", `expected labels from 0 to ${classes - 1}, got ${wrong}`);
  return tf.tensor1d(labels, "int32");
}

function only<T>(answers: readonly T[]): T {
  const [answer, ...others] = answers;
  if (others.length > 0 || answers.length === 0) throw new Error(`expected one answer, got ${answers.length}`);
  return answer as T;
}
