import { type Figure, type Finding, figure, type Target } from "./figure.ts";
import type { Race } from "./race.ts";

/** How many times as long `of` takes as `to`; nothing where one of them is missing. */
export function quotient(result: Race, of: string, to: string, target: Target | null = null): Figure[] {
  return result.has(of, to) ? [figure(`${of} / ${to}`, "×", result.ratios(of, to), target)] : [];
}

/** How long each takes, and who is missing. */
export function times(result: Race): Finding[] {
  return [...result.names().map((name) => figure(name, "ms", result.milliseconds(name))), ...result.unmeasured];
}
