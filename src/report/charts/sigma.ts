import { estimate } from "../../experiments/sweep/table.ts";
import { type Chart, type Row, seriesScales } from "../chart.ts";
import type { Group } from "../groups.ts";
import type { ReportedRun } from "../reported-run.ts";

const rowHeight = 12;

/** Learned sigma by layer; null where no run has any. */
export function sigmaChart(groups: readonly Group<ReportedRun>[]): Chart | null {
  const rows = groups.flatMap(({ name, runs }) => {
    const layers = [...new Set(runs.flatMap(({ sigmas }) => sigmas.map(({ layer }) => layer)))];
    return layers.map((layer): Row => {
      const own = runs.flatMap(({ sigmas }) => sigmas.filter((sigma) => sigma.layer === layer));
      const mean = (of: "low" | "median" | "high") => estimate(own.map((sigma) => sigma[of])).mean;
      return { series: name, layer, low: mean("low"), median: mean("median"), high: mean("high") };
    });
  });
  if (rows.length === 0) return null;
  const { color, shape } = seriesScales(groups.map(({ name }) => name));
  const y = {
    field: "layer",
    type: "nominal",
    sort: null,
    title: null,
    axis: { grid: true, labelLimit: 180 },
  } as const;
  const scale = { type: "log", nice: false } as const;
  return {
    name: "sigma",
    title: "Learned sigma by layer",
    about: `Standard deviations of the weights of each layer: the median${groups.length === 1 ? ", and the range that nine of ten lie in" : ""}.`,
    rows,
    spec: {
      width: 300,
      height: { step: rowHeight },
      encoding: { y, color },
      layer: [
        ...(groups.length === 1
          ? [
              {
                mark: { type: "rule", strokeWidth: 3, opacity: 0.4 } as const,
                encoding: { x: { field: "low", type: "quantitative", scale } as const, x2: { field: "high" } },
              },
            ]
          : []),
        {
          mark: { type: "point", filled: true, size: 36, opacity: 1 } as const,
          encoding: { x: { field: "median", type: "quantitative", title: "sigma", scale } as const, shape },
        },
      ],
    },
  };
}
