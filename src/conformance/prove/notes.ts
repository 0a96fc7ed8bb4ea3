import type { NamedTensors } from "../../tensor.ts";
import type { Comparison } from "../comparison.ts";
import { numbers } from "../numbers.ts";
import type { Ran } from "./python-subject.ts";

/** What a case came to. */
export interface Judgement {
  /** What is to be said of the precision that Python ran in. */
  readonly precision: string | undefined;
  readonly ordered: Ran["ordered"];
  readonly comparisons: readonly Comparison[];
  /** What is exact. */
  readonly python: NamedTensors;
}

/** What is to be known of a verdict beside passed and failed; undefined where there is nothing. */
export function notesOf({ precision, ordered, comparisons, python }: Judgement): string | undefined {
  const decided = comparisons.flatMap((comparison) => comparison.decided ?? []);
  const notes = [
    precision,
    ordered.length === 0
      ? undefined
      : `torch leaves open which of equal numbers ${ordered.join(" and ")} has first: judged by the lower index`,
    comparisons.some(({ flushed }) => flushed)
      ? "TensorFlow takes denormal numbers for 0: judged by what is right for 0"
      : undefined,
    decided.length === 0 ? undefined : `a kink decides ${listed(decided)}`,
    ...comparisons.map(({ tensor, message }) => (message === undefined ? missing(tensor, python[tensor]) : undefined)),
  ].filter((text) => text !== undefined);
  return notes.length === 0 ? undefined : notes.join("; ");
}

function listed(names: readonly string[]): string {
  return names.length <= 8 ? names.join(", ") : `${names.slice(0, 8).join(", ")} and ${names.length - 8} more`;
}

/** That an agreement says nothing of some elements. */
function missing(name: string, exact: NamedTensors[string] | undefined): string | undefined {
  if (exact === undefined) return undefined;
  const values = numbers(exact);
  const count = values.filter(Number.isNaN).length;
  return count === 0 ? undefined : `NaN on both sides: ${count} of ${values.length} elements of ${name}`;
}
