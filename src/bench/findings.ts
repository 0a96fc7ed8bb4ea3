import { type Figure, type Finding, figure, type Target } from "./figure.ts";
import { ours, pass, passesOfStep } from "./names.ts";
import type { Race } from "./race.ts";

/** How many times as long `of` takes as `to`; nothing where one of them is missing. */
export function quotient(result: Race, of: string, to: string, target: Target | null = null): Figure[] {
  return result.has(of, to) ? [figure(`${of} / ${to}`, "×", result.ratios(of, to), target)] : [];
}

/** The step as a multiple of the deterministic passes in it, round by round; null where one of them is missing. */
export function multiples(result: Race): number[] | null {
  return result.has(ours, pass) ? result.ratios(ours, pass).map((ratio) => ratio / passesOfStep) : null;
}

/** How long each takes, and who is missing. */
export function times(result: Race): Finding[] {
  return [...result.names().map((name) => figure(name, "ms", result.milliseconds(name))), ...result.unmeasured];
}
