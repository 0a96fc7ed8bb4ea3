import { csvText, shownEstimate } from "../sweep/table.ts";
import { type PaperMetric, type PaperRow, paperMetrics } from "./rows.ts";

/** What the paper's table shows, and how; paper.csv and paper.json have all. */
const columns: readonly (readonly [name: PaperMetric, heading: string, scale: number])[] = [
  ["accuracy", "accuracy, %", 100],
  ["nll", "NLL, nats", 1],
  ["brier", "Brier", 1],
  ["ece", "ECE, %", 100],
  ["misclassificationAuroc", "AUROC of wrong answers, %", 100],
  ["retentionArea", "retention area, %", 100],
];

/** The table in Markdown: mean ± standard error over the seeds. */
export function paperMarkdown(rows: readonly PaperRow[]): string {
  const head = ["method", "fidelity", "seeds", ...columns.map(([, heading]) => heading)];
  const body = rows.map(({ method, fidelity, seeds, metrics }) => [
    method.replaceAll("-", " "),
    fidelity,
    `${seeds.length}`,
    ...columns.map(([name, , scale]) => shownEstimate(metrics[name], scale)),
  ]);
  return [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** All numbers: a row a method, two columns a number. */
export function paperCsv(rows: readonly PaperRow[]): string {
  const head = ["method", "fidelity", "seeds", ...paperMetrics.flatMap((name) => [name, `${name} (standard error)`])];
  const body = rows.map(({ method, fidelity, seeds, metrics }) => [
    method,
    fidelity,
    seeds.length,
    ...paperMetrics.flatMap((name) => [metrics[name]?.mean, metrics[name]?.standardError]),
  ]);
  return csvText([head, ...body]);
}

/** The retention figure: a row a point of a method's curve. */
export function retentionCsv(rows: readonly PaperRow[]): string {
  const head = ["method", "fidelity", "fraction kept", "accuracy", "accuracy (standard error)", "seeds"];
  const body = rows.flatMap(({ method, fidelity, retention }) =>
    retention.map(({ fraction, accuracy: { mean, standardError, runs } }) => [
      ...[method, fidelity, fraction, mean, standardError, runs],
    ]),
  );
  return csvText([head, ...body]);
}
