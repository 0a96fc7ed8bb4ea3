import { AdsamError } from "../errors.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { predictiveDistribution, type SampledLogits } from "./predictive.ts";
import { negativeLogLikelihood } from "./scores.ts";

/** Temperatures are looked for from 1 / 64 to 64; one at an end says that there is no best one between. */
const widest = Math.log(64);
const gridSteps = 24;
const goldenSteps = 40;
const golden = (Math.sqrt(5) - 1) / 2;

/**
 * The temperature T whose logits / T have the least negative log-likelihood (C. Guo et al., "On Calibration of Modern Neural Networks",
 * ICML 2017, section 4.2). Of several Monte Carlo samples each is divided by it before their softmax distributions are averaged.
 * @param prediction its logits, [S, N, C], of images that were not trained on.
 * @param labels [N], uint8 or int64.
 * @returns above 1 for a model that is too certain; 1 / 64 or 64 where none between them is better.
 * @throws AdsamError `data` as `evaluation`.
 */
export function fitTemperature(prediction: SampledLogits, labels: Tensor): number {
  const lossAt = (logTemperature: number) =>
    negativeLogLikelihood(
      predictiveDistribution(withTemperature(prediction, Math.exp(logTemperature)).logits).logProbabilities,
      labels,
    );
  const step = (2 * widest) / gridSteps;
  const grid = Array.from({ length: gridSteps + 1 }, (_, at) => -widest + at * step);
  const losses = grid.map(lossAt);
  const least = losses.indexOf(Math.min(...losses));
  // A golden-section search between the neighbours of the best of the grid.
  let [low, high] = [grid[Math.max(0, least - 1)] ?? 0, grid[Math.min(gridSteps, least + 1)] ?? 0];
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [ofLeft, ofRight] = [lossAt(left), lossAt(right)];
  for (let at = 0; at < goldenSteps; at++) {
    if (ofLeft <= ofRight) {
      [high, right, ofRight] = [right, left, ofLeft];
      left = high - golden * (high - low);
      ofLeft = lossAt(left);
    } else {
      [low, left, ofLeft] = [left, right, ofRight];
      right = low + golden * (high - low);
      ofRight = lossAt(right);
    }
  }
  return Math.exp((low + high) / 2);
}

/**
 * The same prediction at another temperature: its logits divided by it.
 * @throws AdsamError `usage` for a temperature that is not above 0.
 */
export function withTemperature({ logits }: SampledLogits, temperature: number): SampledLogits {
  if (!(temperature > 0) || !Number.isFinite(temperature)) {
    throw new AdsamError("usage", `expected a temperature above 0, got ${temperature}`);
  }
  const values = Float64Array.from<number | bigint>(logits.data, Number);
  return {
    logits: tensor(
      values.map((logit) => logit / temperature),
      logits.shape,
    ),
  };
}
