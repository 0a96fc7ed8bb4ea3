import type { UncertaintyName } from "../../metrics.ts";
import { type Chart, type Row, seriesScales, usualSize } from "../chart.ts";
import type { Group } from "../groups.ts";
import type { Predictions } from "../predictions.ts";
import { hitsOf, uncertainties } from "./calibration.ts";

const bins = 24;

/** How uncertain the model is of what it classifies right, and of what it does not. */
export function rightAgainstWrong(groups: readonly Group<Predictions>[]): Chart[] {
  return charts(groups, "right", (runs, kind) => {
    const images = runs.flatMap((run) => {
      const values = run.evaluation.perImage[kind];
      return hitsOf(run).map((hit, image) => ({ hit, value: values[image] ?? Number.NaN }));
    });
    return {
      "classified right": images.filter(({ hit }) => hit).map(({ value }) => value),
      "classified wrong": images.filter(({ hit }) => !hit).map(({ value }) => value),
    };
  });
}

/** How uncertain the model is of images of its own data set, and of another. */
export function insideAgainstOutside(groups: readonly Group<Predictions>[]): Chart[] {
  return charts(groups, "outside", (runs, kind) => ({
    [runs[0]?.data.name ?? "its own"]: runs.flatMap(({ evaluation }) => evaluation.perImage[kind]),
    [`${runs[0]?.outside?.dataset} (out of distribution)`]: runs.flatMap(
      ({ outside }) => outside?.evaluation.perImage[kind] ?? [],
    ),
  }));
}

type Samples = Readonly<Record<string, readonly number[]>>;

/** The total and the epistemic one of a single group; of several the total one, a chart each. */
function charts(
  groups: readonly Group<Predictions>[],
  name: string,
  samplesOf: (runs: readonly Predictions[], kind: UncertaintyName) => Samples,
): Chart[] {
  const kinds: UncertaintyName[] =
    groups.length === 1 ? ["predictiveEntropy", "mutualInformation"] : ["predictiveEntropy"];
  return groups.flatMap((group, n) =>
    kinds.map((kind) => {
      const title = groups.length === 1 ? capital(uncertainties[kind]) : group.name;
      const file = `uncertainty-${name}-${groups.length === 1 ? kind : n + 1}`;
      return histogram(file, title, uncertainties[kind], samplesOf(group.runs, kind));
    }),
  );
}

function histogram(name: string, title: string, unit: string, samples: Samples): Chart {
  const highest = Math.max(1e-9, ...Object.values(samples).map((values) => values.reduce((a, b) => Math.max(a, b), 0)));
  const rows = Object.entries(samples).flatMap(([series, values]) => {
    const counts = new Array<number>(bins).fill(0);
    for (const value of values) {
      const bin = Math.min(bins - 1, Math.max(0, Math.floor((value / highest) * bins)));
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    return counts.map((images, bin): Row => {
      return {
        series,
        from: (bin * highest) / bins,
        to: ((bin + 1) * highest) / bins,
        images,
        part: images / Math.max(1, values.length),
      };
    });
  });
  const sizes = Object.entries(samples).map(([series, { length }]) => `${length} ${series}`);
  const { color, strokeDash } = seriesScales(Object.keys(samples));
  const domain = [0, highest];
  const encoding = {
    x: { field: "from", type: "quantitative", title: `${unit}, nats`, scale: { domain, nice: false } },
    y: { field: "part", type: "quantitative", title: "part of the images", axis: { format: "%" }, stack: null },
    color,
  } as const;
  return {
    name,
    title,
    about: `How uncertain the model is of the images, as parts of each kind: ${sizes.join(", ")}.`,
    rows,
    spec: {
      ...usualSize,
      layer: [
        {
          mark: { type: "bar", orient: "vertical", binSpacing: 0, opacity: 0.25 },
          encoding: { ...encoding, x2: { field: "to" } },
        },
        { mark: { type: "line", interpolate: "step-after" }, encoding: { ...encoding, strokeDash } },
      ],
    },
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
