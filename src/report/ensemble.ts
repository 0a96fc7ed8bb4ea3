import { judgedOutside } from "../experiments/outside.ts";
import { joined } from "../experiments/predicted.ts";
import { evaluation } from "../metrics.ts";
import type { Tensor } from "../tensor.ts";
import type { Group, Grouping } from "./groups.ts";
import type { JudgedRun } from "./measures.ts";
import type { Predictions } from "./predictions.ts";

/**
 * Puts behind each group of several runs the ensemble of them, whose prediction is the mean of theirs (B. Lakshminarayanan et al.,
 * "Simple and Scalable Predictive Uncertainty Estimation using Deep Ensembles", NeurIPS 2017).
 */
export function withEnsembles({ groups, differences }: Grouping<JudgedRun>): Grouping<JudgedRun> {
  return { groups: groups.flatMap((group) => [group, ...ensembleOf(group, groups.length === 1)]), differences };
}

function ensembleOf({ name, runs }: Group<JudgedRun>, only: boolean): Group<JudgedRun>[] {
  const members = runs.flatMap(({ predictions }) => predictions ?? []);
  const [first] = runs;
  const predictions = members.length < 2 ? null : averaged(members);
  if (first === undefined || predictions === null) return [];
  const called = `${only ? "" : `${name}, `}ensemble of ${members.length}`;
  const summary = { ...first.summary, epochs: 0, metrics: {} };
  return [{ name: called, runs: [{ ...first, name: called, summary, epochs: [], sigmas: [], predictions }] }];
}

/** null where logits were not kept. */
function averaged(members: readonly Predictions[]): Predictions | null {
  const [first] = members;
  if (first === undefined) return null;
  const { data } = first;
  const own = together(members.map(({ logits }) => logits));
  if (own === null) return null;
  const judged = evaluation({ logits: own }, data.test.labels);
  const shifted = first.shifted.flatMap((shift, n) => {
    const logits = together(members.map((member) => member.shifted[n]?.logits ?? null));
    return logits === null
      ? []
      : [{ ...shift, evaluation: evaluation({ logits }, shift.data.test.labels), logits: null }];
  });
  const outside = together(members.map((member) => member.outside?.logits ?? null));
  return {
    ...{ data, evaluation: judged, logits: null, shifted },
    outside:
      first.outside === null || outside === null
        ? null
        : { ...judgedOutside(judged, first.outside.data, outside), data: first.outside.data, logits: null },
  };
}

function together(logits: readonly (Tensor | null)[]): Tensor | null {
  const all = logits.filter((one) => one !== null);
  return all.length === logits.length ? joined(all) : null;
}
