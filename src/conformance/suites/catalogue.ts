import { AdsamError } from "../../errors.ts";
import type { Check } from "./check.ts";
import { freeRunning } from "./free-running.ts";
import { layers } from "./layers.ts";
import { losses } from "./losses.ts";
import { models } from "./networks.ts";
import { prediction } from "./prediction.ts";
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
  prediction,
  training,
} as const satisfies Readonly<Record<string, readonly Check[]>>;

export type SuiteName = keyof typeof suites;
const suiteNames = Object.keys(suites) as SuiteName[];

/**
 * The checks of the suites named, of all of them without names.
 * @throws AdsamError `usage` for a suite that there is not.
 */
export function checksOf(names: readonly string[] = suiteNames): Check[] {
  return names.flatMap((name): readonly Check[] => {
    const suite = suiteNames.find((known) => known === name);
    if (suite !== undefined) return suites[suite];
    throw new AdsamError("usage", `suites: expected some of ${suiteNames.join(", ")}, got ${name}`);
  });
}
