import type { Check } from "./check.ts";
import { freeRunning } from "./free-running.ts";
import { layers } from "./layers.ts";
import { losses } from "./losses.ts";
import { models } from "./networks.ts";
import { prediction } from "./prediction.ts";
import { schedules } from "./schedules.ts";
import { stages } from "./stages.ts";
import { steps } from "./steps.ts";
import { teacherForced } from "./teacher-forced.ts";
import { training } from "./training.ts";

/** Everything in which two backends must agree. */
export const suites = {
  layers,
  models,
  losses,
  steps,
  adversarial: [...teacherForced, ...freeRunning],
  stages,
  prediction,
  training: [...schedules, ...training],
} as const satisfies Readonly<Record<string, readonly Check[]>>;

/**
 * A named set of comparisons of the package's own.
 * @useDeclaredType
 */
export type SuiteName = keyof typeof suites;
export const suiteNames = Object.keys(suites) as [SuiteName, ...SuiteName[]];

/** The checks of the suites named, of all of them without names. */
export function checksOf(names: readonly SuiteName[] = suiteNames): Check[] {
  return names.flatMap((name): readonly Check[] => suites[name]);
}
