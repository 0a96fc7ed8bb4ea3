import { metricsOf } from "../../experiments/metrics.ts";
import { type Estimate, estimate } from "../../experiments/sweep/table.ts";
import { type Chart, type Row, seriesScales, usualSize } from "../chart.ts";
import type { Group } from "../groups.ts";
import type { ReportedRun } from "../reported-run.ts";

/** A number that epochs have, under one or two names. */
interface Curve {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /** On the y axis. */
  readonly unit: string;
  /** As metrics.csv names it, on test images and on training images. */
  readonly test?: string;
  readonly training?: string;
  /** Shown only where it changes from epoch to epoch. */
  readonly changing?: true;
}

const curves: readonly Curve[] = [
  {
    name: "accuracy",
    title: "Accuracy",
    about: "the part of the images that is classified right",
    unit: "accuracy",
    test: "validation/accuracy",
    training: "train/accuracy",
  },
  {
    name: "cross-entropy",
    title: "Cross-entropy",
    about: "the mean of -log p(label)",
    unit: "nats",
    test: "validation/loss",
    training: "train/crossEntropy",
  },
  {
    name: "loss",
    title: "Training loss",
    about: "what training makes small: (1 - ratio) (cross-entropy + beta KL) + ratio adversarial loss",
    unit: "loss",
    training: "train/loss",
  },
  {
    name: "kl",
    title: "KL divergence from the prior",
    about: "how far the weights' distribution is from the prior",
    unit: "nats",
    training: "train/kl",
  },
  {
    name: "beta",
    title: "Weight of the KL divergence",
    about: "beta in the epoch's last step",
    unit: "beta",
    training: "beta",
    changing: true,
  },
  {
    name: "adversarial-rise",
    title: "Adversarial rise",
    about:
      "how much higher the cross-entropy is at the noise that the adversary has found than at the noise first drawn",
    unit: "nats",
    training: "train/adversarialRise",
  },
];

/** How training went, epoch by epoch: those curves that the runs have numbers of. */
export function curveCharts(groups: readonly Group<ReportedRun>[]): Chart[] {
  return curves.flatMap((curve) => {
    const series = seriesOf(curve, groups);
    const rows = series.flatMap(({ name, runs, metric }) => rowsOf(name, runs, metric));
    const constant = rows.every(({ mean }) => mean === rows[0]?.mean);
    return rows.length === 0 || (curve.changing && constant) ? [] : [chartOf(curve, rows)];
  });
}

/** Both kinds of images where there is one group; of several, those that the groups are compared on. */
function seriesOf({ test, training }: Curve, groups: readonly Group<ReportedRun>[]) {
  const [first] = groups;
  const metrics = [
    ...(test === undefined ? [] : [["test images", test] as const]),
    ...(training === undefined ? [] : [["training images", training] as const]),
  ];
  if (first !== undefined && groups.length === 1) {
    return metrics.map(([name, metric]) => ({ name, runs: first.runs, metric }));
  }
  return groups.map(({ name, runs }) => ({ name, runs, metric: metrics[0]?.[1] ?? "" }));
}

function rowsOf(series: string, runs: readonly ReportedRun[], metric: string): Row[] {
  const epochs = new Map<number, number[]>();
  for (const event of runs.flatMap((run) => run.epochs)) {
    const value = metricsOf(event)[metric];
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    epochs.set(event.epoch + 1, [...(epochs.get(event.epoch + 1) ?? []), value]);
  }
  return [...epochs]
    .sort(([a], [b]) => a - b)
    .map(([epoch, values]) => ({ series, epoch, ...spread(estimate(values)) }));
}

/** A mean, and one standard error below and above. */
export function spread({ mean, standardError, runs }: Estimate) {
  const error = standardError ?? 0;
  return { mean, low: mean - error, high: mean + error, runs };
}

function chartOf({ name, title, about, unit }: Curve, rows: readonly Row[]): Chart {
  const series = [...new Set(rows.map((row) => String(row.series)))];
  const { color, strokeDash } = seriesScales(series);
  const x = {
    field: "epoch",
    type: "quantitative",
    title: "epoch",
    axis: { tickMinStep: 1 },
    scale: { zero: false },
  } as const;
  const scale = { zero: false } as const;
  const averaged = rows.some(({ runs }) => Number(runs) > 1);
  const few = new Set(rows.map(({ epoch }) => epoch)).size < 3;
  return {
    name,
    title,
    about: `By epoch: ${about}${averaged ? "; the mean over runs, and one standard error around it" : ""}.`,
    rows,
    spec: {
      ...usualSize,
      encoding: { x, color },
      layer: [
        ...(averaged
          ? [
              {
                mark: { type: "area", opacity: 0.2 } as const,
                encoding: {
                  y: { field: "low", type: "quantitative", scale } as const,
                  y2: { field: "high" },
                },
              },
            ]
          : []),
        {
          mark: { type: "line", point: few } as const,
          encoding: { y: { field: "mean", type: "quantitative", title: unit, scale } as const, strokeDash },
        },
      ],
    },
  };
}
