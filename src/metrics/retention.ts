import { AdsamError } from "../errors.ts";

/** The accuracy on the part of the images that is kept. */
export interface RetentionPoint {
  /** Of the images, in (0, 1]. */
  readonly fraction: number;
  /** Of the images kept, 0 to 1. */
  readonly accuracy: number;
}

/**
 * Mean accuracy over all fractions kept, 1 / N, 2 / N, ..., 1: the area under the retention curve. It is at most 1, and for an
 * uncertainty that tells nothing about the accuracy itself.
 * @throws AdsamError `usage` as `retention`.
 */
export function retentionArea(uncertainty: ArrayLike<number>, correct: readonly boolean[]): number {
  const points = retention(uncertainty, correct, Math.max(1, correct.length));
  return points.reduce((sum, point) => sum + point.accuracy, 0) / points.length;
}

/**
 * Accuracy over the fraction kept when the most uncertain images are left out: at fraction f, the ceil(f N) most certain
 * are kept. Of equally uncertain images, those that come first are kept first.
 * @param uncertainty of each image, in any unit.
 * @param correct whether each image was classified right.
 * @param steps number of points: fractions 1 / steps, 2 / steps, ..., 1.
 * @throws AdsamError `usage` when lengths differ, there are no images, or `steps` is not a positive integer.
 */
export function retention(uncertainty: ArrayLike<number>, correct: readonly boolean[], steps = 20): RetentionPoint[] {
  if (uncertainty.length !== correct.length || correct.length === 0) {
    throw new AdsamError(
      "usage",
      `expected an uncertainty for each image, got ${uncertainty.length} for ${correct.length}`,
    );
  }
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new AdsamError("usage", `expected at least 1 step, got ${steps}`);
  const mostCertainFirst = correct
    .map((hit, image) => ({ hit, uncertainty: uncertainty[image] ?? Number.NaN }))
    .sort((a, b) => a.uncertainty - b.uncertainty);
  const hitsAmongFirst = [0];
  for (const { hit } of mostCertainFirst) hitsAmongFirst.push((hitsAmongFirst.at(-1) ?? 0) + Number(hit));
  return Array.from({ length: steps }, (_, step) => {
    const kept = Math.ceil(((step + 1) * correct.length) / steps);
    return { fraction: (step + 1) / steps, accuracy: (hitsAmongFirst[kept] ?? Number.NaN) / kept };
  });
}
