import { reliability, type UncertaintyName } from "../../metrics.ts";
import { type Chart, inks, type Row, seriesScales, usualSize } from "../chart.ts";
import type { Group } from "../groups.ts";
import type { Predictions } from "../predictions.ts";

/** What the uncertainties of an image are called. */
export const uncertainties: Readonly<Record<UncertaintyName, string>> = {
  predictiveEntropy: "predictive entropy (total)",
  expectedEntropy: "expected entropy (aleatoric)",
  mutualInformation: "mutual information (epistemic)",
};

/** Of each image, whether it was classified right. */
export function hitsOf({ evaluation: { perImage } }: Predictions): boolean[] {
  return perImage.label.map((label, image) => label === perImage.predicted[image]);
}

const from0to1 = { domain: [0, 1], nice: false };

/** Accuracy over confidence. Images of a group's runs are taken together. */
export function reliabilityChart(groups: readonly Group<Predictions>[]): Chart {
  const rows = groups.flatMap(({ name, runs }) => {
    const confidence = runs.flatMap(({ evaluation }) => evaluation.perImage.confidence);
    return reliability(confidence, runs.flatMap(hitsOf)).map((bin): Row => ({ series: name, ...bin }));
  });
  const { color, strokeDash, shape } = seriesScales(groups.map(({ name }) => name));
  const y = { field: "accuracy", type: "quantitative", title: "accuracy", scale: from0to1 } as const;
  const x = { field: "confidence", type: "quantitative", title: "confidence", scale: from0to1 } as const;
  const diagonal = [
    { confidence: 0, accuracy: 0 },
    { confidence: 1, accuracy: 1 },
  ];
  const bars = {
    mark: { type: "bar", orient: "vertical", opacity: 0.3, binSpacing: 0 },
    encoding: { x: { ...x, field: "from" }, x2: { field: "to" }, y, color },
  } as const;
  return {
    name: "reliability",
    title: "Reliability diagram",
    about:
      "Of the images that the model is about equally confident of, the part that is classified right. On the dashed line confidence is what it says; below it the model is too confident. The larger a point, the more images.",
    rows,
    spec: {
      ...usualSize,
      layer: [
        {
          data: { values: diagonal },
          mark: { type: "line", color: inks.middle.light, strokeDash: [4, 4] },
          encoding: { x, y },
        },
        ...(groups.length === 1 ? [bars] : [{ mark: "line" as const, encoding: { x, y, color, strokeDash } }]),
        {
          mark: { type: "point", filled: true, opacity: 1 },
          encoding: {
            x,
            y,
            color,
            shape,
            size: { field: "images", type: "quantitative", scale: { range: [15, 150] }, legend: null },
          },
        },
      ],
    },
  };
}
