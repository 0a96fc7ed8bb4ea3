import { type CorruptionName, corruptionNames } from "../data/corrupt/index.ts";
import { AdsamError } from "../errors.ts";
import { csvText } from "../experiments/sweep/table.ts";
import type { Evaluation } from "../metrics.ts";
import { percent } from "./progress.ts";
import { table } from "./table.ts";
import { corruptionNamed } from "./target.ts";

/** What is made of test images that are corrupted. */
export interface Shifted {
  /** null: of the images as they are. */
  readonly kind: CorruptionName | null;
  /** 1 to 5; 0: as they are. */
  readonly severity: number;
  readonly evaluation: Evaluation;
}

/** The kinds that `--shift` asks for at all severities; undefined: it names one severity of one kind, or nothing. */
export function kindsAtAll(shift: string | undefined): readonly CorruptionName[] | undefined {
  if (shift?.includes(":") && shift.includes(",")) {
    throw new AdsamError(
      "usage",
      `--shift: expected one kind and its severity, or kinds without severities, got ${shift}`,
    );
  }
  if (shift === undefined || shift.includes(":")) return undefined;
  if (shift === "all") return corruptionNames;
  return [...new Set(shift.split(","))].map((name) => corruptionNamed(name, ["all"]));
}

/** The numbers of each, as JSON and CSV have them. */
export function shiftRows(shifted: readonly Shifted[]) {
  return shifted.map(
    ({ kind, severity, evaluation: { perImage: _, retention: _curve, calibrated: _sets, ...rest } }) => {
      const { misclassification, images, samples, ...numbers } = rest;
      return {
        ...{ kind, severity, images, samples, ...numbers },
        misclassificationAuroc: misclassification?.predictiveEntropy.auroc ?? null,
        misclassificationAurocOfMutualInformation: misclassification?.mutualInformation.auroc ?? null,
      };
    },
  );
}

/** A row a corruption and severity. */
export function shiftCsv(shifted: readonly Shifted[]): string {
  const rows = shiftRows(shifted);
  return csvText([Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))]);
}

/** As a person reads it: accuracy by severity, and means over the severities. */
export function shiftTable(shifted: readonly Shifted[]): string {
  const kinds = [...new Set(shifted.map(({ kind }) => kind))];
  const row = (name: string, own: readonly Shifted[], cells: readonly string[]) => {
    const mean = (of: (evaluation: Evaluation) => number) =>
      own.reduce((sum, { evaluation }) => sum + of(evaluation), 0) / own.length;
    return [
      ...[name, ...cells, percent(mean(({ accuracy }) => accuracy))],
      ...[mean(({ ece }) => ece).toFixed(4), mean(({ predictiveEntropy }) => predictiveEntropy).toFixed(4)],
    ];
  };
  const head = ["accuracy at severity", "1", "2", "3", "4", "5", "mean", "ECE", "entropy, nats"];
  const blank = ["", "", "", "", ""];
  const rows = kinds.map((kind) => {
    const own = shifted.filter((one) => one.kind === kind);
    return row(kind ?? "as they are", own, kind === null ? blank : own.map((one) => percent(one.evaluation.accuracy)));
  });
  const corrupted = shifted.filter(({ kind }) => kind !== null);
  return table([head, ...rows, ...(kinds.length > 2 ? [row("all corruptions", corrupted, blank)] : [])]);
}
