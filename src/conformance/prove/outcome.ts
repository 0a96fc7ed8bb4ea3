import { AdsamError } from "../../errors.ts";
import type { TfjsTensor } from "../../tensor/tfjs-tensor.ts";
import type { Tensor } from "../../tensor.ts";

/** Known however many copies of this module there are. */
const brand = Symbol.for("adversarial-sampling.outcome");

/** Tensors, typed arrays or numbers by the names that Python's have. */
export type Handed = Readonly<Record<string, TfjsTensor | Tensor | ArrayLike<number> | number>>;

/** What a port gives beside what it returns. */
export interface OutcomeParts<Output> {
  /** What Python's function returns. */
  readonly output: Output;
  /** What Python changes in place, as it is afterwards: arguments, parameters, buffers, moments. */
  readonly state?: Handed | undefined;
  /** What the port has drawn itself, for Python to draw the same. */
  readonly draws?: Handed | undefined;
}

/** An outcome, as a port returns it. */
export class Outcome<Output = unknown> implements OutcomeParts<Output> {
  /** What Python's function returns. */
  readonly output: Output;
  /** What Python changes in place. */
  readonly state: Handed;
  /** What the port has drawn itself. */
  readonly draws: Handed;
  /** Tells it from what a port may return otherwise. */
  readonly [brand] = true;

  /** Of its parts. @throws AdsamError `usage` for a part that there is not. */
  constructor({ output, state = {}, draws = {}, ...others }: OutcomeParts<Output>) {
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) {
      throw new AdsamError("usage", `outcome: expected output, state and draws, got ${unknown}`, {
        suggestion: "name in state what Python changes in place, an argument as its parameter is named",
      });
    }
    this.output = output;
    this.state = state;
    this.draws = draws;
  }
}

/**
 * What a port returns where Python's function changes something in place, or where the port draws itself.
 * @example
 *     return outcome({ output: loss, state: { "model.weight": weight } });
 */
export function outcome<Output>(parts: OutcomeParts<Output>): Outcome<Output> {
  return new Outcome(parts);
}

/** What a port returned, apart. */
export function outcomeOf(value: unknown): Outcome {
  const isOutcome = typeof value === "object" && value !== null && brand in value;
  return isOutcome ? (value as Outcome) : new Outcome({ output: value });
}
