import { estimate } from "../../experiments/sweep/table.ts";
import { type Chart, type Row, seriesScales } from "../chart.ts";
import type { Group } from "../groups.ts";
import { type JudgedRun, measures, valuesOf } from "../measures.ts";
import { spread } from "./curves.ts";

const drawn = ["accuracy", "nll", "ece", "wrong-auroc", "validation-accuracy", "train-loss"];
const rowHeight = 24;

/** Groups of runs side by side, by what tells the most; none for a single group. */
export function comparisonCharts(groups: readonly Group<JudgedRun>[]): Chart[] {
  if (groups.length < 2) return [];
  return measures.flatMap((measure): Chart[] => {
    if (!drawn.includes(measure.name)) return [];
    const rows = groups.flatMap(({ name, runs }): Row[] => {
      const values = valuesOf(measure, runs);
      return values.length === 0 ? [] : [{ series: name, ...spread(estimate(values)) }];
    });
    if (rows.length === 0) return [];
    const { color, shape } = seriesScales(groups.map(({ name }) => name));
    const scale = { zero: false } as const;
    return [
      {
        name: `comparison-${measure.name}`,
        title: `${measure.title.charAt(0).toUpperCase()}${measure.title.slice(1)}`,
        about: "The mean over runs, and one standard error around it where there are several.",
        rows,
        spec: {
          width: 220,
          height: { step: rowHeight },
          encoding: {
            y: { field: "series", type: "nominal", sort: null, title: null, axis: { grid: true, labelLimit: 240 } },
            color: { ...color, legend: null },
          },
          layer: [
            {
              mark: { type: "rule", strokeWidth: 2 },
              encoding: { x: { field: "low", type: "quantitative", scale }, x2: { field: "high" } },
            },
            {
              mark: { type: "point", filled: true, size: 60, opacity: 1 },
              encoding: {
                x: { field: "mean", type: "quantitative", title: measure.title, scale },
                shape: { ...shape, legend: null },
              },
            },
          ],
        },
      },
    ];
  });
}
