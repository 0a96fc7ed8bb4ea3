import type { Prediction } from "../backend.ts";
import { confidences, entropies, likeliestClasses, predictiveDistribution } from "../metrics.ts";
import { percent } from "./progress.ts";

/** What a prediction says of one image. Entropies in nats. */
export interface ImagePrediction {
  readonly image: string;
  readonly predicted: number;
  /** The class's name; null where classes are numbers. */
  readonly className: string | null;
  readonly confidence: number;
  readonly predictiveEntropy: number;
  readonly mutualInformation: number;
  /** Ha: mean over samples of the softmax entropy. */
  readonly entropyMean: number;
  /** He: mean absolute deviation of the samples' entropies from Ha. */
  readonly entropySpread: number;
  readonly probabilities: readonly number[];
}

export function describePrediction(
  names: readonly string[],
  prediction: Prediction,
  classNames?: readonly string[] | undefined,
): ImagePrediction[] {
  const { logProbabilities, expectedEntropy } = predictiveDistribution(prediction.logits);
  const classes = logProbabilities.shape[1] ?? 0;
  const columns = {
    predicted: likeliestClasses(logProbabilities),
    confidence: confidences(logProbabilities),
    total: entropies(logProbabilities).data,
  };
  const at = (values: ArrayLike<number | bigint>, index: number) => Number(values[index]);
  return names.map((image, index) => ({
    image,
    predicted: at(columns.predicted, index),
    className: classNames?.[at(columns.predicted, index)] ?? null,
    confidence: at(columns.confidence, index),
    predictiveEntropy: at(columns.total, index),
    mutualInformation: at(columns.total, index) - at(expectedEntropy.data, index),
    entropyMean: at(prediction.entropyMean.data, index),
    entropySpread: at(prediction.entropySpread.data, index),
    probabilities: Array.from(logProbabilities.data.subarray(index * classes, (index + 1) * classes), Math.exp),
  }));
}

export function predictionTable(images: readonly ImagePrediction[]): string {
  const rows = images.map((one) => [
    one.image,
    one.className ?? String(one.predicted),
    percent(one.confidence),
    ...[one.predictiveEntropy, one.mutualInformation, one.entropyMean, one.entropySpread].map((value) =>
      value.toFixed(4),
    ),
  ]);
  const table = [["image", "class", "confidence", "predictive entropy", "mutual information", "Ha", "He"], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const cell = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0);
  return [...table.map((row) => row.map(cell).join("  ")), "(entropies in nats)"].join("\n");
}
