import type { Evaluation } from "../../metrics.ts";
import { type Estimate, estimate } from "../sweep/table.ts";
import type { PaperFidelity, PaperMethod, Trial } from "./plan.ts";

/** A number of the experiment: of one evaluation, and averaged over seeds in the table. */
export type PaperMetric =
  | "accuracy"
  | "nll"
  | "brier"
  | "ece"
  | "adaptiveEce"
  | "predictiveEntropy"
  | "mutualInformation"
  | "misclassificationAuroc"
  | "misclassificationAurocOfMutualInformation"
  | "misclassificationAupr"
  | "misclassificationFprAt95"
  | "retentionArea"
  | "trainingSeconds";

/** In the order of paper.csv. */
export const paperMetrics: readonly PaperMetric[] = [
  "accuracy",
  "nll",
  "brier",
  "ece",
  "adaptiveEce",
  "predictiveEntropy",
  "mutualInformation",
  "misclassificationAuroc",
  "misclassificationAurocOfMutualInformation",
  "misclassificationAupr",
  "misclassificationFprAt95",
  "retentionArea",
  "trainingSeconds",
];

/** A point of the retention figure. */
export interface PaperRetention {
  /** Of the images, those of least predictive entropy, that are kept: in (0, 1]. */
  readonly fraction: number;
  /** Of the images kept, 0 to 1. */
  readonly accuracy: Estimate;
}

/** What came of a method. */
export interface PaperRow {
  /** What was compared. */
  readonly method: PaperMethod;
  /** As the published code does it, or as the paper says. */
  readonly fidelity: PaperFidelity;
  /** Those that it has come to its end for. */
  readonly seeds: readonly number[];
  /** Over these seeds; a number that is defined for none of them is left out. */
  readonly metrics: Readonly<Partial<Record<PaperMetric, Estimate>>>;
  /** The retention curve, over these seeds. */
  readonly retention: readonly PaperRetention[];
  /** Why runs have failed, by their names. */
  readonly failed: Readonly<Record<string, string>>;
  /** Names of runs that have not come to their end yet. */
  readonly missing: readonly string[];
}

/** A trial that has come to its end. */
export interface Judged {
  readonly trial: Trial;
  readonly evaluation: Evaluation;
  /** What its runs took to train, together. */
  readonly trainingSeconds: number;
}

/** A row a method and fidelity, in the order of the trials. */
export function rowsOf(
  trials: readonly Trial[],
  judged: readonly Judged[],
  failures: ReadonlyMap<string, string>,
): PaperRow[] {
  const keyOf = ({ method, fidelity }: Trial) => `${fidelity} ${method}`;
  return [...new Set(trials.map(keyOf))].map((key) => {
    const own = trials.filter((trial) => keyOf(trial) === key);
    const done = judged.filter(({ trial }) => keyOf(trial) === key);
    const seeds = done.map(({ trial }) => trial.seed);
    const open = own.filter(({ seed }) => !seeds.includes(seed)).flatMap(({ tasks }) => tasks.map(({ name }) => name));
    return {
      ...describedBy(own),
      seeds,
      metrics: metricsOf(done),
      retention: retentionOf(done),
      failed: Object.fromEntries(
        open.flatMap((name) => (failures.has(name) ? [[name, failures.get(name) ?? ""]] : [])),
      ),
      missing: open.filter((name) => !failures.has(name)),
    };
  });
}

function describedBy([first]: readonly Trial[]): Pick<PaperRow, "method" | "fidelity"> {
  if (first === undefined) throw new RangeError("a row is of at least one trial");
  return { method: first.method, fidelity: first.fidelity };
}

function metricsOf(done: readonly Judged[]): PaperRow["metrics"] {
  const each = done.map(numbersOf);
  return Object.fromEntries(
    paperMetrics.flatMap((name) => {
      const values = each.flatMap((numbers) => numbers[name] ?? []);
      return values.length === 0 ? [] : [[name, estimate(values)]];
    }),
  );
}

function numbersOf({ evaluation, trainingSeconds }: Judged): Record<PaperMetric, number | undefined> {
  const { accuracy, nll, brier, ece, adaptiveEce, predictiveEntropy, mutualInformation, retentionArea } = evaluation;
  const { predictiveEntropy: byTotal, mutualInformation: byEpistemic } = evaluation.misclassification ?? {};
  return {
    ...{ accuracy, nll, brier, ece, adaptiveEce, predictiveEntropy, mutualInformation, retentionArea, trainingSeconds },
    misclassificationAuroc: byTotal?.auroc,
    misclassificationAurocOfMutualInformation: evaluation.samples > 1 ? byEpistemic?.auroc : undefined,
    misclassificationAupr: byTotal?.aupr,
    misclassificationFprAt95: byTotal?.fprAt95,
  };
}

function retentionOf(done: readonly Judged[]): PaperRetention[] {
  const curves = done.map(({ evaluation }) => evaluation.retention);
  return (curves[0] ?? []).map(({ fraction }, point) => ({
    fraction,
    accuracy: estimate(curves.flatMap((curve) => curve[point]?.accuracy ?? [])),
  }));
}
