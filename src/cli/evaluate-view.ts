import type { Dataset } from "../data/dataset.ts";
import type { OutsideEvaluation } from "../experiments/outside.ts";
import type { Calibrated, Detection, Evaluation } from "../metrics.ts";
import { drawGrey, greyOf, sideBySide } from "./picture.ts";
import { percent } from "./progress.ts";

const retentionPoints = 5;

/** What `adsam evaluate` finds. */
export interface Evaluated {
  readonly evaluation: Evaluation;
  readonly data: Dataset;
  /** null: no other data set was named. */
  readonly outside: OutsideEvaluation | null;
}

/** An evaluation as a person reads it, with `show` images of the most and of the least certain ones. */
export function showEvaluation({ evaluation, data, outside }: Evaluated, show: number, width: number): string {
  const { calibrated } = evaluation;
  const parts = [summary(evaluation, data.name), retentionTable(evaluation)];
  if (outside !== null) parts.push(outsideTable(outside));
  if (calibrated !== null) parts.push(calibrationTable(calibrated));
  if (show > 0) {
    const order = [...evaluation.perImage.predictiveEntropy.keys()].sort(
      (a, b) => entropyOf(evaluation, a) - entropyOf(evaluation, b),
    );
    parts.push(`most certain\n\n${gallery(evaluation, data, order.slice(0, show), width)}`);
    parts.push(`least certain\n\n${gallery(evaluation, data, order.slice(-show).reverse(), width)}`);
  }
  return parts.join("\n\n").trimEnd();
}

function summary(evaluation: Evaluation, name: string): string {
  const nats = (value: number) => `${value.toFixed(4)} nats`;
  const rows: [string, string][] = [
    [
      "data",
      `${name}, ${evaluation.images} images, ${evaluation.samples} ${evaluation.samples === 1 ? "sample" : "samples"}`,
    ],
    ["accuracy", percent(evaluation.accuracy)],
    ["negative log-likelihood", nats(evaluation.nll)],
    ["Brier score", evaluation.brier.toFixed(4)],
    ["calibration error (ECE)", evaluation.ece.toFixed(4)],
    ["  of equal bins", evaluation.adaptiveEce.toFixed(4)],
    ["predictive entropy", nats(evaluation.predictiveEntropy)],
    ["  expected entropy", nats(evaluation.expectedEntropy)],
    ["  mutual information", nats(evaluation.mutualInformation)],
    ...detectionRows(evaluation),
  ];
  return rows.map(([name, value]) => `${name.padEnd(28)}${value}`).join("\n");
}

/** How well the total and the epistemic uncertainty tell wrong answers from right ones. */
function detectionRows({ misclassification, retentionArea }: Evaluation): [string, string][] {
  const area: [string, string] = ["retention area", retentionArea.toFixed(4)];
  if (misclassification === null) return [area];
  const { predictiveEntropy, mutualInformation } = misclassification;
  return [
    area,
    ["wrong answers found, AUROC", predictiveEntropy.auroc.toFixed(4)],
    ["  by mutual information", mutualInformation.auroc.toFixed(4)],
  ];
}

function retentionTable({ retention }: Evaluation): string {
  const every = Math.max(1, Math.floor(retention.length / retentionPoints));
  const points = retention.filter((_, index) => (index + 1) % every === 0);
  const row = (name: string, values: readonly string[]) =>
    name.padEnd(28) + values.map((value) => value.padStart(9)).join("");
  return [
    row(
      "most certain images kept",
      points.map(({ fraction }) => `${Math.round(100 * fraction)} %`),
    ),
    row(
      "accuracy on them",
      points.map(({ accuracy }) => percent(accuracy)),
    ),
  ].join("\n");
}

function outsideTable({ dataset, images, detection }: OutsideEvaluation): string {
  const { predictiveEntropy, expectedEntropy, mutualInformation } = detection;
  const rows: [string, Detection][] = [
    ["by predictive entropy", predictiveEntropy],
    ["by expected entropy", expectedEntropy],
    ["by mutual information", mutualInformation],
  ];
  const lines = rows.map(
    ([name, { auroc, aupr, fprAt95 }]) =>
      `  ${name.padEnd(24)}AUROC ${auroc.toFixed(4)}, AUPR ${aupr.toFixed(4)}, FPR at 95 % ${fprAt95.toFixed(4)}`,
  );
  return [`told from ${images} images of ${dataset}`, ...lines].join("\n");
}

function calibrationTable({ temperature, before, after, sets, ...told }: Calibrated): string {
  const rows: [string, string][] = [
    ["calibrated on, judged by", `${told.fittedOn} and ${told.judgedBy} images`],
    ["temperature", temperature.toFixed(4)],
    ["negative log-likelihood", `${before.nll.toFixed(4)} nats, then ${after.nll.toFixed(4)} nats`],
    ["calibration error (ECE)", `${before.ece.toFixed(4)}, then ${after.ece.toFixed(4)}`],
    ...Object.entries(sets).map(([method, { coverage, meanSize }]): [string, string] => [
      `sets (${method}) of ${percent(told.coverageAsked)}`,
      `hold the class of ${percent(coverage)}, ${meanSize.toFixed(2)} classes each`,
    ]),
  ];
  return rows.map(([name, value]) => `${name.padEnd(28)}${value}`).join("\n");
}

function gallery(
  evaluation: Evaluation,
  { test, normalization }: Dataset,
  indices: readonly number[],
  width: number,
): string {
  const { label, predicted, confidence } = evaluation.perImage;
  const blocks = indices.map((index) => [
    ...drawGrey(greyOf(test.images, index, normalization)),
    `#${index} is ${label[index]}`,
    `taken for ${predicted[index]}`,
    `confidence ${percent(confidence[index] ?? Number.NaN)}`,
    `entropy ${entropyOf(evaluation, index).toFixed(4)}`,
  ]);
  return sideBySide(blocks, width);
}

function entropyOf({ perImage }: Evaluation, index: number): number {
  return perImage.predictiveEntropy[index] ?? Number.NaN;
}
