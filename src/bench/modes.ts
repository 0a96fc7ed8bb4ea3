import type { ContenderRequest } from "./contender.ts";
import type { Entries } from "./race.ts";

/** What takes part is this package as it is, unless the name says more. */
export const ours = "ours";
export const bfloat16 = "ours, bfloat16";

const others: Readonly<Record<string, Partial<ContenderRequest>>> = {
  "ours, step by step as defined": { contender: "definition" },
  [bfloat16]: { spec: { dtype: "bfloat16" } },
};

/** Ways of taking the same step that are not the default. */
export function otherModes(step: ContenderRequest): Entries {
  return Object.fromEntries(Object.entries(others).map(([name, mode]) => [name, { ...step, ...mode }]));
}
