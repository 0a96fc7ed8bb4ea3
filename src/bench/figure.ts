/** Median and range of repeated measurements. */
export interface Spread {
  /** Half of the measurements are below it. */
  readonly median: number;
  /** The smallest measurement. */
  readonly minimum: number;
  /** The largest measurement. */
  readonly maximum: number;
  /** How many measurements there are. */
  readonly count: number;
}

/** What is aimed at; a figure without one is for comparison. */
export type Target =
  | {
      /** The median is not to be below it. */
      readonly atLeast: number;
    }
  | {
      /** The median is not to be above it. */
      readonly atMost: number;
    };

/** "×" is one time divided by another of the same round. */
export type Unit = "×" | "ms" | "s" | "µs" | "MB" | "MB/s";

/** One thing that was measured. */
export interface Figure extends Spread {
  /** What was measured. */
  readonly name: string;
  /** What the numbers are in. */
  readonly unit: Unit;
  /** What is aimed at; null: nothing, it is for comparison. */
  readonly target: Target | null;
}

/** What could not be measured here, and why. */
export interface Unmeasured {
  /** What was to be measured. */
  readonly name: string;
  /** Why it could not be. */
  readonly reason: string;
}

export type Finding = Figure | Unmeasured;

export function isFigure(finding: Finding): finding is Figure {
  return "median" in finding;
}

export function figure(name: string, unit: Unit, values: readonly number[], target: Target | null = null): Figure {
  return { name, unit, ...spread(values), target };
}

/** Whether the median is where it should be; null without a target. */
export function meetsTarget({ median, target }: Figure): boolean | null {
  if (target === null) return null;
  return "atLeast" in target ? median >= target.atLeast : median <= target.atMost;
}

/** Round by round: what came just before or after is what it is compared with. */
export function ratios(of: readonly number[], to: readonly number[]): number[] {
  return of.slice(0, to.length).map((value, round) => value / (to[round] ?? Number.NaN));
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    minimum: quantile(sorted, 0),
    maximum: quantile(sorted, 1),
    count: sorted.length,
  };
}

/** Of ascending values, by linear interpolation. */
export function quantile(sorted: readonly number[], q: number): number {
  const position = q * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}
