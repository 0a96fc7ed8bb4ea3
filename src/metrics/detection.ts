import { AdsamError } from "../errors.ts";

/** How well an uncertainty tells those that are to be found (wrong answers, images of another data set) from the others. */
export interface Detection {
  /**
   * Area under the receiver operating characteristic, 0 to 1: how often one that is to be found is the more uncertain of a pair,
   * ties counted half. 0.5 is chance.
   */
  readonly auroc: number;
  /** Area under precision over recall, 0 to 1: sum of (R_k - R_(k-1)) P_k over the thresholds. Chance is the part to be found. */
  readonly aupr: number;
  /** The part of the others that is taken for one of them, at the highest threshold that finds 95 % of them or more. */
  readonly fprAt95: number;
}

const recallAsked = 0.95;

/**
 * How well an uncertainty detects, over all thresholds (T. Fawcett, "An introduction to ROC analysis", 2006; D. Hendrycks and
 * K. Gimpel, "A Baseline for Detecting Misclassified and Out-of-Distribution Examples", ICLR 2017). What is equally uncertain is
 * found or left at once.
 * @param uncertainty of each image, in any unit; higher means more uncertain.
 * @param wanted whether each image is one to be found.
 * @returns null where all are, or none is: nothing can be told apart then.
 * @throws AdsamError `usage` when lengths differ, or an uncertainty is NaN.
 */
export function detection(uncertainty: ArrayLike<number>, wanted: readonly boolean[]): Detection | null {
  if (uncertainty.length !== wanted.length || Array.from(uncertainty).some(Number.isNaN)) {
    const got = uncertainty.length === wanted.length ? "NaN among them" : `${uncertainty.length} for ${wanted.length}`;
    throw new AdsamError("usage", `expected an uncertainty for each image, got ${got}`);
  }
  const total = wanted.filter(Boolean).length;
  const others = wanted.length - total;
  if (total === 0 || others === 0) return null;
  let [found, mistaken, auroc, aupr] = [0, 0, 0, 0];
  let fprAt95: number | undefined;
  for (const { hits, misses } of groupsOf(uncertainty, wanted)) {
    auroc += misses * (found + hits / 2);
    found += hits;
    mistaken += misses;
    aupr += (hits / total) * (found / (found + mistaken));
    if (fprAt95 === undefined && found >= recallAsked * total) fprAt95 = mistaken / others;
  }
  return { auroc: auroc / (total * others), aupr, fprAt95: fprAt95 ?? 1 };
}

/** Most uncertain first, how many are wanted of each that are equally uncertain, and how many are not. */
function groupsOf(uncertainty: ArrayLike<number>, wanted: readonly boolean[]): { hits: number; misses: number }[] {
  const order = [...wanted.keys()].sort((a, b) => (uncertainty[b] ?? 0) - (uncertainty[a] ?? 0));
  const groups: { hits: number; misses: number }[] = [];
  order.forEach((image, place) => {
    const before = order[place - 1];
    if (before === undefined || uncertainty[before] !== uncertainty[image]) groups.push({ hits: 0, misses: 0 });
    const group = groups.at(-1);
    if (group !== undefined) group[wanted[image] ? "hits" : "misses"] += 1;
  });
  return groups;
}
