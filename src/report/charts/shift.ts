import { estimate } from "../../experiments/sweep/table.ts";
import type { Evaluation } from "../../metrics.ts";
import { type Chart, type Row, seriesScales, usualSize } from "../chart.ts";
import type { Group } from "../groups.ts";
import type { Predictions } from "../predictions.ts";
import { spread } from "./curves.ts";

const metrics = [
  { metric: "accuracy", title: "Accuracy under shift" },
  { metric: "ece", title: "Calibration error under shift" },
  { metric: "predictiveEntropy", title: "Predictive entropy under shift" },
] as const satisfies readonly { metric: keyof Evaluation; title: string }[];

/** What corruptions of the test images do, by their severity. */
export function shiftCharts(groups: readonly Group<Predictions>[]): Chart[] {
  const kinds = [
    ...new Set(groups.flatMap(({ runs }) => runs.flatMap(({ shifted }) => shifted.map(({ kind }) => kind)))),
  ];
  if (kinds.length === 0) return [];
  return metrics.map(({ metric, title }): Chart => {
    const rows = groups.flatMap(({ name, runs }) =>
      kinds.flatMap((kind) =>
        [0, 1, 2, 3, 4, 5].map((severity): Row => {
          const own = runs.flatMap(({ shifted }) =>
            shifted.filter((one) => one.kind === kind && one.severity === severity),
          );
          const series = [
            ...(groups.length > 1 ? [name] : []),
            ...(kinds.length > 1 || groups.length === 1 ? [kind] : []),
          ].join(", ");
          return { series, severity, ...spread(estimate(own.map(({ evaluation }) => evaluation[metric]))) };
        }),
      ),
    );
    const { color, strokeDash } = seriesScales([...new Set(rows.map(({ series }) => String(series)))]);
    return {
      name: `shift-${metric}`,
      title,
      about: `By the severity of the corruption (${kinds.join(", ")}); 0: the images as they are.`,
      rows,
      spec: {
        ...usualSize,
        mark: { type: "line", point: true },
        encoding: {
          x: { field: "severity", type: "quantitative", axis: { tickMinStep: 1 } },
          y: {
            field: "mean",
            type: "quantitative",
            title: metric === "predictiveEntropy" ? "nats" : metric,
            scale: { zero: false },
          },
          color,
          strokeDash,
        },
      },
    };
  });
}
