import type { Chart } from "./chart.ts";
import { reliabilityChart } from "./charts/calibration.ts";
import { comparisonCharts } from "./charts/comparison.ts";
import { curveCharts } from "./charts/curves.ts";
import { retentionChart } from "./charts/retention.ts";
import { shiftCharts } from "./charts/shift.ts";
import { sigmaChart } from "./charts/sigma.ts";
import { insideAgainstOutside, rightAgainstWrong } from "./charts/uncertainty.ts";
import type { Group } from "./groups.ts";
import type { JudgedRun } from "./measures.ts";
import type { Predictions } from "./predictions.ts";

/** Pictures under one heading, or a line that says why there are none. */
export interface Chapter {
  readonly title: string;
  readonly remarks: readonly string[];
  readonly charts: readonly Chart[];
}

/** All pictures of a report. */
export function chaptersOf(groups: readonly Group<JudgedRun>[]): Chapter[] {
  const judged = predictedIn(groups);
  const outside = judged.filter(({ runs }) => runs.some((run) => run.outside !== null));
  const sigma = sigmaChart(groups.filter(({ runs }) => runs.some(({ sigmas }) => sigmas.length > 0)));
  const unpredicted = groups.flatMap(({ runs }) => runs.filter((run) => run.unpredicted !== null));
  const reasons = unpredicted.map(({ name, unpredicted: reason }) => `${name}: nothing is predicted: ${reason}.`);
  const some = judged.length > 0;
  return [
    ...(groups.length > 1 ? [chapter("Comparison", comparisonCharts(groups), "There are no numbers to compare.")] : []),
    chapter("Training", curveCharts(groups), "No epoch is over, so there are no curves."),
    {
      title: "Calibration",
      remarks: reasons,
      charts: some ? [reliabilityChart(judged), retentionChart(judged)] : [],
    },
    ...(some ? [chapter("Uncertainty of right and wrong answers", rightAgainstWrong(judged), "")] : []),
    chapter(
      "In and out of distribution",
      insideAgainstOutside(outside),
      "No images of another data set were asked for (--out-of-distribution).",
    ),
    chapter("Under shift", shiftCharts(judged), "No corrupted images were asked for (--shift)."),
    chapter(
      "Learned sigma",
      sigma === null ? [] : [sigma],
      "There are no learned sigmas: no run has a Bayesian checkpoint.",
    ),
  ];
}

function chapter(title: string, charts: readonly Chart[], otherwise: string): Chapter {
  return { title, charts, remarks: charts.length > 0 || otherwise === "" ? [] : [otherwise] };
}

function predictedIn(groups: readonly Group<JudgedRun>[]): Group<Predictions>[] {
  return groups.flatMap(({ name, runs }) => {
    const found = runs.flatMap(({ predictions }) => predictions ?? []);
    return found.length === 0 ? [] : [{ name, runs: found }];
  });
}
