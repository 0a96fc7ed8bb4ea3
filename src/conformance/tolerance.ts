import type { Tensor } from "../tensor.ts";
import type { Comparison } from "./comparison.ts";
import { numbers } from "./numbers.ts";

/**
 * How tolerances are derived. Let e be the exact result (torch in float64) and |e| its size. A candidate in float32 may differ
 * from e as much as float32 rounding explains, and that is measured, per tensor and in each of two norms:
 * - `own`: the distance of torch in float32 from torch in float64, on the same inputs and on up to five others (of functions: three), each of which
 *   is moved by one float32 ulp with a random (seeded) sign. It holds the rounding of every step, of which one run is one draw:
 *   where a network's output hangs on few numbers, draws of torch's own were seen to differ six times.
 * - `condition`: the distance from e of those float64 runs on other inputs. It holds what the case makes of a rounding of its
 *   inputs, whatever the kernels. Of functions that still fail, every kernel's result is rounded up or down in further ones of these
 *   runs (Monte Carlo arithmetic: Parker 1997), which shows what the code makes of rounding where torch's kernels are exact by luck:
 *   behind a softmax of 1 and zeros the gradient is 0, and that of 0.9999999 whatever the products behind it make of the difference.
 * - `floor`: u * sqrt(n), with u = 2^-24 and n the number of terms that a number is summed from: the expected rounding of
 *   a sum (Higham, Accuracy and Stability of Numerical Algorithms, 4.2), for when the first two are small by luck.
 * The tolerance is 3 times the largest of the three. One thing widens it: what a port makes of the errors that its kernels are
 * known to have (`kernels/errors.ts`), as runs show where each errs as much as it may; see `withKernels`.
 */
const tolerated = 3;

/**
 * What kernels' errors may add, in parts of the largest of those three. Kernels are up to 10 roundoffs off where torch's are one or
 * less; a port in which they come to more makes more of rounding than torch's code does, and that is its own fault.
 */
const excusable = 16;

/** The seeds of the inputs one ulp away. */
export const perturbations = [1, 2, 3, 4, 5] as const;

/**
 * The comparisons at the tolerances of all runs on other inputs, of which no more are made than it takes: each can only add to
 * a tolerance, so that what passes after the first would pass after the last.
 * @param runs makes one after another, and notes what it shows; true where that is enough to tell gross errors.
 * @param isGross whether what fails is beyond what further runs could excuse.
 */
export async function untilAllPass(
  compareAll: () => Comparison[],
  runs: AsyncGenerator<boolean>,
  isGross: () => boolean = () => false,
): Promise<Comparison[]> {
  let comparisons = compareAll();
  if (comparisons.some(({ kind }) => kind !== undefined && kind !== "numbers")) return comparisons;
  for await (const isEnough of runs) {
    comparisons = compareAll();
    if (!comparisons.some(({ kind }) => kind === "numbers") || (isEnough && isGross())) break;
  }
  return comparisons;
}

/** Unit roundoff of float32. */
export const roundoff = 2 ** -24;

/** Below this float32 loses digits, and TensorFlow takes numbers for 0. */
export const smallestNormal = 2 ** -126;

/** A distance from the exact result, in parts of its size: by the largest element, and by the Euclidean norm. */
export interface Distance {
  readonly max: number;
  readonly norm: number;
}

export interface Measured extends Distance {
  /** The largest absolute error, and the element that has it. */
  readonly maxAbs: number;
  readonly worst: number;
}

/** |a - exact| / |exact|; elements that are not finite in `exact` are left out, and so are errors that float32 has no digits for. A result that is 0 has the size 1. */
export function measure(a: Tensor, exact: Tensor): Measured {
  const [values, truth] = [numbers(a), numbers(exact)];
  let largest = 0;
  let squares = 0;
  let maxAbs = 0;
  let errors = 0;
  let worst = 0;
  for (let i = 0; i < truth.length; i++) {
    const y = truth[i] ?? 0;
    if (!Number.isFinite(y)) continue;
    const apart = Math.abs((values[i] ?? 0) - y) || lostDifference(a.data[i], exact.data[i]);
    const error = apart < smallestNormal ? 0 : apart;
    const size = Math.abs(y);
    if (size > largest) largest = size;
    squares += y * y;
    errors += error * error;
    if (error > maxAbs) {
      maxAbs = error;
      worst = i;
    }
  }
  return { max: maxAbs / (largest || 1), norm: Math.sqrt(errors / (squares || 1)), maxAbs, worst };
}

/** Of integers that are not the same though they are as float64. */
function lostDifference(a: number | bigint | undefined, b: number | bigint | undefined): number {
  if (typeof a !== "bigint" && typeof b !== "bigint") return 0;
  return Math.abs(Number(BigInt(a ?? 0) - BigInt(b ?? 0)));
}

/** What is tolerated, given the distances of the runs that show it; see `tolerated`. */
export function derive(shown: readonly Distance[], reduction: number): Distance {
  const floor = roundoff * Math.sqrt(reduction);
  const largest = (norm: keyof Distance) => tolerated * Math.max(floor, ...shown.map((distance) => distance[norm]));
  return { max: largest("max"), norm: largest("norm") };
}

/** The most that the errors of kernels may add to a tolerance. */
export function excusableBy({ max, norm }: Distance): Distance {
  return { max: (excusable / tolerated) * max, norm: (excusable / tolerated) * norm };
}

/** A tolerance, wider by what the errors of kernels were seen to come to. */
export function withKernels(derived: Distance, erring: readonly Distance[]): Distance {
  const most = excusableBy(derived);
  const wider = (norm: keyof Distance) =>
    derived[norm] + Math.min(Math.max(0, ...erring.map((one) => one[norm])), most[norm]);
  return { max: wider("max"), norm: wider("norm") };
}

/**
 * A distance in parts of another: how many times torch's own error a candidate makes. An error below the rounding of a single
 * number counts as that rounding: being exact by luck is no merit to be measured by.
 */
export function ratio(distance: Distance, own: Distance): number {
  return distance.norm / Math.max(own.norm, roundoff);
}
