import { classIndices } from "../data/labels.ts";
import { AdsamError } from "../errors.ts";
import { streamKey, uniformNumbers } from "../random.ts";
import type { Tensor } from "../tensor.ts";
import { predictiveDistribution, rowsOf, type SampledLogits } from "./predictive.ts";
import { mean } from "./scores.ts";

/**
 * How the classes of an image are scored, the lower the more fitting. `split`: 1 - p (M. Sadinle et al., "Least Ambiguous Set-Valued
 * Classifiers With Bounded Error Levels", JASA 2019), whose sets are the smallest. `aps`: the probability of all likelier classes and a
 * random part of its own (Y. Romano et al., "Classification with Valid and Adaptive Coverage", NeurIPS 2020), whose sets grow where
 * the model is unsure.
 */
export type ConformalMethod = "split" | "aps";

/** How sets of classes are to be. */
export interface ConformalOptions {
  /** `split` unless given. */
  readonly method?: ConformalMethod | undefined;
  /** The part of the sets that are to hold the class of their image, between 0 and 1; 0.9 unless given. */
  readonly coverage?: number | undefined;
  /** Of what `aps` draws; 0 unless given. */
  readonly seed?: number | undefined;
}

/** What makes sets of classes. */
export interface ConformalRule {
  /** How classes are scored. */
  readonly method: ConformalMethod;
  /** The part of the sets that are to hold the class of their image. */
  readonly coverage: number;
  /** The highest score of a class in a set. */
  readonly threshold: number;
  /** Of what `aps` draws. */
  readonly seed: number;
}

/** How good sets of classes are. */
export interface ConformalQuality {
  /** The part of the sets that hold the class of their image, 0 to 1. */
  readonly coverage: number;
  /** Classes of a set, on average. */
  readonly meanSize: number;
  /** The part of the sets that hold no class, 0 to 1. */
  readonly empty: number;
}

/** Of (n + 1) * coverage, by which rounding may pass a whole number. */
const rounding = 1e-9;

/**
 * Split conformal prediction (V. Vovk et al., "Algorithmic Learning in a Random World", 2005): the threshold is the
 * ceil((n + 1) * coverage)-th lowest score of the labels, so that sets of images drawn from where these are hold their class with at least
 * that probability, whatever the model.
 * @param prediction its logits, [S, N, C], of images that were not trained on.
 * @param labels [N], uint8 or int64.
 * @throws AdsamError `usage` for a coverage that is not between 0 and 1, `data` for too few images to say anything, and as `evaluation`.
 */
export function calibrateSets(
  { logits }: SampledLogits,
  labels: Tensor,
  { method = "split", coverage = 0.9, seed = 0 }: ConformalOptions = {},
): ConformalRule {
  if (!(coverage > 0 && coverage < 1)) {
    throw new AdsamError("usage", `coverage: expected a number between 0 and 1, got ${coverage}`);
  }
  const { logProbabilities } = predictiveDistribution(logits);
  const scores = scoresOf(logProbabilities, method, streamKey(seed, "calibration"));
  const expected = fittingLabels(scores.length, logProbabilities.shape[1] ?? 0, labels);
  const own = expected.map((label, image) => scores[image]?.[label] ?? Number.NaN).sort((a, b) => a - b);
  const rank = Math.ceil((own.length + 1) * coverage - rounding);
  const threshold = own[rank - 1];
  if (threshold !== undefined) return { method, coverage, threshold, seed };
  const least = Math.ceil(coverage / (1 - coverage) - rounding);
  throw new AdsamError("data", `a coverage of ${coverage} takes ${least} images to calibrate on, got ${own.length}`, {
    suggestion: "give more images, or ask for less coverage",
  });
}

/**
 * The classes that each image may be of, the likeliest first. A set may hold all of them, or none.
 * @param prediction its logits, [S, N, C].
 * @throws AdsamError `data` as `meanProbabilities`.
 */
export function conformalSets({ logits }: SampledLogits, { method, threshold, seed }: ConformalRule): number[][] {
  const { logProbabilities } = predictiveDistribution(logits);
  const rows = rowsOf(logProbabilities);
  return scoresOf(logProbabilities, method, streamKey(seed, "sets")).map((scores, image) =>
    likeliestFirst(rows[image] ?? new Float64Array()).filter((index) => (scores[index] ?? Number.NaN) <= threshold),
  );
}

/**
 * How often sets hold the class of their image, and how large they are.
 * @param labels [N], uint8 or int64.
 * @throws AdsamError `data` when the labels do not fit.
 */
export function conformalQuality(sets: readonly (readonly number[])[], labels: Tensor): ConformalQuality {
  const expected = fittingLabels(sets.length, Number.POSITIVE_INFINITY, labels);
  return {
    coverage: mean(sets.map((set, image) => Number(set.includes(expected[image] ?? -1)))),
    meanSize: mean(sets.map((set) => set.length)),
    empty: mean(sets.map((set) => Number(set.length === 0))),
  };
}

/** Of each class of each image. */
function scoresOf(logProbabilities: Tensor<"float64">, method: ConformalMethod, key: number): Float64Array[] {
  const uniform = uniformNumbers(key);
  return rowsOf(logProbabilities).map((row) => {
    const probabilities = row.map(Math.exp);
    if (method === "split") return probabilities.map((probability) => 1 - probability);
    const part = uniform();
    const scores = new Float64Array(row.length);
    let likelier = 0;
    for (const index of likeliestFirst(row)) {
      const probability = probabilities[index] ?? Number.NaN;
      scores[index] = likelier + part * probability;
      likelier += probability;
    }
    return scores;
  });
}

/** Of equals the first. */
function likeliestFirst(row: Float64Array): number[] {
  return [...row.keys()].sort((a, b) => (row[b] ?? 0) - (row[a] ?? 0) || a - b);
}

function fittingLabels(images: number, classes: number, labels: Tensor): number[] {
  const indices = classIndices(labels, classes);
  if (indices.length === images) return indices;
  throw new AdsamError("data", `expected a label for each of ${images} images, got ${indices.length}`);
}
