import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { type StepOptions, stepOptions } from "../../../src/schema/options.ts";
import { startEngine } from "../../../src/tfjs/engine.ts";
import { FastStep } from "../../../src/tfjs/fast/step.ts";
import type { Network } from "../../../src/tfjs/models/network.ts";
import { GaussianNoise } from "../../../src/tfjs/noise.ts";
import { accuracy, crossEntropy } from "../../../src/tfjs/objective.ts";
import { type Observer, resolveFidelity } from "../../../src/tfjs/step.ts";
import { batch, network } from "../models.ts";

beforeAll(startEngine);

const trainingSize = 40;

function options(changes: Partial<StepOptions> = {}): StepOptions {
  return stepOptions.parse({ steps: 2, ...changes });
}

function take(step: FastStep, k = 0) {
  const { x, y } = batch(6, k);
  try {
    return step.take(x, y);
  } finally {
    tf.dispose([x, y]);
  }
}

/** The value and gradients of a loss with respect to variables, by tfjs's own public function. */
function grads(loss: () => tf.Scalar, variables: readonly tf.Variable[]) {
  const { value, grads: found } = tf.valueAndGrads(loss)([...variables]);
  return { value, found };
}

/** Loss and accuracy of one step by its definition, without anything of the step's own; SGD so that its sums are plain. */
function definedStep(
  model: Network,
  sums: tf.Tensor[],
  velocities: tf.Tensor[],
  x: tf.Tensor,
  y: tf.Tensor1D,
  { steps, stepSize, ratio, samplings, learningRate }: StepOptions,
  reference: boolean,
): [loss: number, accuracy: number] {
  const eps = [...model.storedNoise.values()];
  const parameters = [...model.parameters.values()];
  const running = [...model.buffers].filter(([name]) => !/eps_/.test(name)).map(([, variable]) => variable);
  const ce = (fix: boolean) => crossEntropy(model.forward(x, { fix }), y);
  for (const e of eps) e.assign(model.noise.draw(e.shape));
  for (let step = 0; step < steps; step++) {
    const before = running.map((variable) => variable.clone());
    const { found } = grads(() => tf.neg(ce(true)), eps);
    for (const [i, e] of eps.entries()) {
      const gradient = found[i] as tf.Tensor;
      sums[i] = reference ? tf.add(sums[i] as tf.Tensor, gradient) : gradient;
      e.assign(tf.sub(e, tf.mul(tf.sign(sums[i] as tf.Tensor), stepSize)));
    }
    if (!reference) for (const [i, variable] of running.entries()) variable.assign(before[i] as tf.Tensor);
  }
  let logits: tf.Tensor[] = [];
  const { value, found } = grads(() => {
    let loss: tf.Scalar = tf.mul(ce(true), ratio);
    for (let sample = 0; sample < samplings; sample++) {
      const fresh = model.forward(x);
      logits = [tf.keep(fresh)];
      const bound = tf.add(crossEntropy(fresh, y), tf.mul(model.kl(), 1 / trainingSize / 100));
      loss = tf.add(loss, tf.mul(bound, (1 - ratio) / samplings));
    }
    return loss;
  }, [...parameters, ...eps]);
  const last = reference ? model.forward(x) : (logits[0] as tf.Tensor);
  for (const [i] of eps.entries()) {
    sums[i] = tf.add(sums[i] as tf.Tensor, found[parameters.length + i] as tf.Tensor);
  }
  for (const [i, parameter] of parameters.entries()) {
    velocities[i] = tf.add(tf.mul(velocities[i] as tf.Tensor, 0.9), found[i] as tf.Tensor);
    parameter.assign(tf.sub(parameter, tf.mul(velocities[i] as tf.Tensor, learningRate)));
  }
  return [(value as tf.Scalar).dataSync()[0] ?? Number.NaN, accuracy(last, y)];
}

/** Of the largest element. */
function size(t: tf.Tensor): number {
  return tf.tidy(() => tf.max(tf.abs(t)).dataSync()[0] ?? Number.NaN);
}

function distance(a: tf.Tensor, b: tf.Tensor): number {
  return tf.tidy(() => size(tf.sub(a, b)));
}

describe.each(["paper", "reference"] as const)("fidelity %s", (fidelity) => {
  test.each([
    { steps: 3, samplings: 2 },
    { steps: 0, samplings: 1 },
  ])("the step is what its definition says: $steps steps, $samplings samplings", ({ steps, samplings }) => {
    const chosen = options({ fidelity, steps, samplings, ratio: 0.6, optimizer: "sgd" });
    const [model, twin] = [network(), network()];
    const step = new FastStep(model, chosen, trainingSize);
    tf.tidy(() => {
      const sums: tf.Tensor[] = [...twin.storedNoise.values()].map((e) => tf.zerosLike(e));
      const velocities: tf.Tensor[] = [...twin.parameters.values()].map((p) => tf.zerosLike(p));
      for (let k = 0; k < 3; k++) {
        const { x, y } = batch(6, k);
        const measured = step.take(x, y);
        const [loss, part] = definedStep(twin, sums, velocities, x, y, chosen, fidelity === "reference");
        expect(measured.loss).toBeCloseTo(loss, 5);
        expect(measured.accuracy).toBe(part);
        for (const [name, variable] of model.variables) {
          const other = twin.variables.get(name) ?? variable;
          expect(distance(variable, other), name).toBeLessThan(1e-6);
          // Rounding alone turns the sign of a gradient that is all but zero, so each step starts from the same place.
          other.assign(variable.clone());
        }
        for (const [i, [name, total]] of [...step.noiseGradients()].entries()) {
          const other = sums[i] ?? total;
          expect(distance(total, other) / (1 + size(total)), name).toBeLessThan(1e-5);
          sums[i] = total.clone();
        }
      }
    });
  });
});

test("measurements add up", () => {
  const seen: [fixed: boolean, loss: number][] = [];
  const observe: Observer = (fixed, loss) => seen.push([fixed, loss]);
  const step = new FastStep(network(), options({ stepSize: 0.5, beta: 1e-6, ratio: 0.25 }), 1, observe);
  const measured = take(step);
  expect(seen.map(([fixed]) => fixed)).toEqual([true, true, true, false, false]);
  const losses = seen.map(([, loss]) => loss);
  const [first = NaN, , worst = NaN, fresh = NaN] = losses;
  expect(measured.adversarialLoss).toBe(worst);
  expect(measured.adversarialRise).toBe(worst - first);
  expect(measured.adversarialRise).toBeGreaterThan(0);
  expect(measured.crossEntropy).toBe(fresh);
  expect(measured.loss).toBeCloseTo(0.75 * (fresh + 1e-6 * (measured.kl ?? NaN)) + 0.25 * worst, 4);
});

test.each([
  [0, [false, false]],
  [1e-7, [false, false]],
  [1, [true, true, false]],
  [1 - 1e-8, [true, true, false]],
])("a part without weight is left out: ratio %s", (ratio, forwards) => {
  const seen: boolean[] = [];
  const model = network();
  const step = new FastStep(model, options({ ratio, steps: 1 }), 9, (fixed) => seen.push(fixed));
  const measured = take(step);
  expect(seen).toEqual(forwards);
  expect(measured.adversarialLoss === null).toBe(ratio < 0.5);
  expect([measured.crossEntropy === null, measured.kl === null]).toEqual([ratio > 0.5, ratio > 0.5]);
});

test.each([
  ["paper", 1 + 2],
  ["reference", 4 + 1 + 2 + 1],
] as const)("%s statistics move as often as they should", (fidelity, moves) => {
  const model = network();
  take(new FastStep(model, options({ fidelity, steps: 4, samplings: 2 }), 9));
  expect([...(model.variables.get("bn1.num_batches_tracked")?.dataSync() ?? [])]).toEqual([moves]);
});

test("a plain network takes a plain step, whatever the ratio", () => {
  const [model, twin] = [network({ bayesian: false }), network({ bayesian: false })];
  const step = new FastStep(model, options({ optimizer: "sgd", learningRate: 0.1 }), 9);
  const measured = take(step);
  const { x, y } = batch(6);
  tf.tidy(() => {
    const parameters = [...twin.parameters.values()];
    const { value, found } = grads(() => crossEntropy(twin.forward(x), y), parameters);
    expect(measured.loss).toBe((value as tf.Scalar).dataSync()[0]);
    for (const [i, parameter] of parameters.entries()) {
      parameter.assign(tf.sub(parameter, tf.mul(found[i] as tf.Tensor, 0.1)));
    }
  });
  for (const [name, variable] of model.variables) {
    expect(distance(variable, twin.variables.get(name) ?? variable), name).toBeLessThan(1e-6);
  }
  expect(measured).toMatchObject({ kl: null, adversarialLoss: null, adversarialRise: null });
  expect(measured.crossEntropy).toBe(measured.loss);
});

test("nothing is left behind over 200 steps", () => {
  const model = network();
  const step = new FastStep(model, options({ steps: 1 }), 9);
  const { x, y } = batch(10);
  step.take(x, y);
  const { numTensors, numBytes } = tf.memory();
  for (let i = 0; i < 199; i++) step.take(x, y);
  expect(tf.memory()).toMatchObject({ numTensors, numBytes });
}, 600_000);

test("switches override the preset one by one", () => {
  const fidelity = resolveFidelity(
    options({ fidelity: "paper", metricForward: true, epsilonGradients: "accumulated" }),
  );
  expect(fidelity).toEqual({
    epsilonGradients: "accumulated",
    optimizerReset: "never",
    metricForward: true,
    runningStatistics: "loss-forwards",
  });
  expect(resolveFidelity(options({ metricForward: false })).metricForward).toBe(false);
});

test("restarting the optimizer forgets its moments", () => {
  const model = network();
  const step = new FastStep(model, options({ ratio: 0 }), 9);
  take(step);
  expect(step.optimizer.state().steps).toBe(1);
  step.restartOptimizer();
  expect(step.optimizer.state().steps).toBe(0);
});

test("draws come from the model's noise, so that the same seed gives the same step", () => {
  const losses = [1, 1, 2].map((seed) => {
    const model = network();
    model.noise = new GaussianNoise(seed);
    return take(new FastStep(model, options(), 9)).loss;
  });
  expect(losses[0]).toBe(losses[1]);
  expect(losses[0]).not.toBe(losses[2]);
});

test.each<[Partial<StepOptions>, RegExp]>([
  [{ kernels: "native" }, /no kernels native/],
  [{ kernels: "torch" }, /no kernels torch/],
  [{ tf32: true }, /no tf32/],
])("options that are torch's alone are refused: %o", (changes, message) => {
  expect(() => new FastStep(network(), options(changes), trainingSize)).toThrow(message);
});
