import type { OutsideEvaluation } from "../experiments/outside.ts";
import type { Evaluation } from "../metrics.ts";
import type { Predictions } from "./predictions.ts";
import type { ReportedRun } from "./reported-run.ts";

/** A run, and what its model makes of images. */
export interface JudgedRun extends ReportedRun {
  /** null where nothing was predicted. */
  readonly predictions: Predictions | null;
  /** Why nothing was; null where it was. */
  readonly unpredicted: string | null;
}

/** What runs are compared by. */
export interface Measure {
  /** In a file. */
  readonly name: string;
  /** On the page. */
  readonly title: string;
  /** Of a run; undefined where it has none. */
  readonly of: (run: JudgedRun) => number | null | undefined;
}

const judged = (name: string, title: string, of: (evaluation: Evaluation) => number | undefined): Measure => ({
  name,
  title,
  of: ({ predictions }) => (predictions === null ? undefined : of(predictions.evaluation)),
});

const outside = (name: string, title: string, of: (found: OutsideEvaluation["detection"]) => number): Measure => ({
  name,
  title,
  of: ({ predictions }) => (predictions?.outside ? of(predictions.outside.detection) : undefined),
});

const last = (name: string, title: string, metric: string): Measure => ({
  name,
  title,
  of: ({ summary }) => summary.metrics[metric],
});

/** Numbers of a run, those that tell the most first. */
export const measures: readonly Measure[] = [
  judged("accuracy", "accuracy", ({ accuracy }) => accuracy),
  judged("nll", "negative log-likelihood, nats", ({ nll }) => nll),
  judged("brier", "Brier score", ({ brier }) => brier),
  judged("ece", "calibration error (ECE)", ({ ece }) => ece),
  judged("adaptive-ece", "ECE of equal bins", ({ adaptiveEce }) => adaptiveEce),
  judged("retention-area", "retention area", ({ retentionArea }) => retentionArea),
  judged(
    "wrong-auroc",
    "wrong answers found by predictive entropy, AUROC",
    (one) => one.misclassification?.predictiveEntropy.auroc,
  ),
  judged(
    "wrong-auroc-mi",
    "wrong answers found by mutual information, AUROC",
    (one) => one.misclassification?.mutualInformation.auroc,
  ),
  outside(
    "outside-auroc",
    "out of distribution found by predictive entropy, AUROC",
    (found) => found.predictiveEntropy.auroc,
  ),
  outside(
    "outside-auroc-mi",
    "out of distribution found by mutual information, AUROC",
    (found) => found.mutualInformation.auroc,
  ),
  judged("predictive-entropy", "predictive entropy, nats", ({ predictiveEntropy }) => predictiveEntropy),
  judged("expected-entropy", "expected entropy, nats", ({ expectedEntropy }) => expectedEntropy),
  judged("mutual-information", "mutual information, nats", ({ mutualInformation }) => mutualInformation),
  last("train-loss", "training loss, last epoch", "train/loss"),
  last("train-accuracy", "training accuracy, last epoch", "train/accuracy"),
  last("validation-accuracy", "validation accuracy, last epoch", "validation/accuracy"),
  last("seconds", "training time, s", "seconds"),
];

/** The measure of those runs that have it, and are finite. */
export function valuesOf({ of }: Measure, runs: readonly JudgedRun[]): number[] {
  return runs.map(of).filter((value): value is number => typeof value === "number" && Number.isFinite(value));
}
