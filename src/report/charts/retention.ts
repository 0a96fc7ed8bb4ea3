import { estimate } from "../../experiments/sweep/table.ts";
import { retention, type UncertaintyName } from "../../metrics.ts";
import { type Chart, type Row, seriesScales, usualSize } from "../chart.ts";
import type { Group } from "../groups.ts";
import type { Predictions } from "../predictions.ts";
import { hitsOf, uncertainties } from "./calibration.ts";
import { spread } from "./curves.ts";

/** Accuracy over the part of the images that is kept: by each uncertainty of one group, by the total one of several. */
export function retentionChart(groups: readonly Group<Predictions>[]): Chart {
  const [first] = groups;
  const kinds = Object.entries(uncertainties) as [UncertaintyName, string][];
  const series =
    first !== undefined && groups.length === 1
      ? kinds.map(([kind, name]) => ({ name, runs: first.runs, kind }))
      : groups.map(({ name, runs }) => ({ name, runs, kind: "predictiveEntropy" as const }));
  const rows = series.flatMap(({ name, runs, kind }) => {
    const points = runs.map((run) => retention(run.evaluation.perImage[kind], hitsOf(run)));
    return (points[0] ?? []).map(({ fraction }, index): Row => {
      return {
        series: name,
        kept: fraction,
        ...spread(estimate(points.map((of) => of[index]?.accuracy ?? Number.NaN))),
      };
    });
  });
  const by = groups.length > 1 ? ", by predictive entropy; one standard error around the mean over runs" : "";
  return retentionPicture({ name: "retention", title: "Retention", by }, rows);
}

/** Curves of `mean` over `kept`, within `low` and `high`, for each `series`. */
export function retentionPicture(
  { name, title, by }: { readonly name: string; readonly title: string; readonly by: string },
  rows: readonly Row[],
): Chart {
  const { color, strokeDash } = seriesScales([...new Set(rows.map(({ series }) => String(series)))]);
  const scale = { zero: false } as const;
  const x = {
    field: "kept",
    type: "quantitative",
    title: "part of the images kept, most certain first",
    axis: { format: "%" },
  } as const;
  return {
    name,
    title,
    about: `Accuracy on the images that are kept when those are left out of which the model is the least certain${by}. The sooner a curve reaches 1 to the left, the better the uncertainty finds what is wrong.`,
    rows,
    spec: {
      ...usualSize,
      encoding: { x, color },
      layer: [
        {
          mark: { type: "area", opacity: 0.2 },
          encoding: {
            y: { field: "low", type: "quantitative", scale },
            y2: { field: "high" },
          },
        },
        {
          mark: "line",
          encoding: { y: { field: "mean", type: "quantitative", title: "accuracy", scale }, strokeDash },
        },
      ],
    },
  };
}
