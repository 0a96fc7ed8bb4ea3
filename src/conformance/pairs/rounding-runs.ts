import pLimit from "p-limit";
import type { Cancellable } from "../../backend.ts";
import type { NamedTensors } from "../../tensor.ts";
import { perturbed } from "../perturb.ts";
import { perturbations } from "../tolerance.ts";
import type { Side } from "./implementation.ts";
import { run, SideFailure } from "./run-side.ts";
import { note, noteErring, type Shown } from "./shown.ts";

/** What is judged and by what, what each gave, and what is known so far. */
export interface Judged {
  readonly judged: Side;
  readonly single: Side;
  readonly double: Side;
  readonly inputs: NamedTensors;
  readonly ours: NamedTensors;
  readonly exact: NamedTensors;
  readonly shown: ReadonlyMap<string, Shown>;
  /** Whether each element is held to its own tolerance too. */
  readonly elementwise: boolean;
}

/**
 * Runs that show what rounding does: on inputs one ulp away, and with all kernels' results rounded up or down; each is noted.
 * @returns a pause after each step; true where what is off throughout by now is so by no rounding.
 */
export async function* roundingRuns(all: Judged, options: Cancellable): AsyncGenerator<boolean> {
  const { judged, single, double, inputs, ours, exact, shown, elementwise } = all;
  const moved = (seed: number) => perturbed(inputs, seed);
  const noteDouble = async (at: NamedTensors) => noted(await run(double, at, options));
  const noteRounded = async (at: NamedTensors, seed: number) => noted(await runRounded(double, at, seed, options));
  const noted = (there: NamedTensors) => {
    note(shown, there, exact);
    return there;
  };
  const noteSingle = async (at: NamedTensors, there: NamedTensors) =>
    note(shown, await run(single, at, options), there);
  const [first, second, third, fourth, fifth] = perturbations;
  const near = moved(first);
  const there = await noteDouble(near);
  yield false; // what is right mostly passes by now
  if (elementwise) await noteRounded(inputs, first);
  yield elementwise;
  await noteSingle(near, there);
  await noteErring(shown, judged, inputs, ours);
  yield true;
  if (!elementwise) {
    for (const seed of [second, third, fourth, fifth]) {
      const at = moved(seed);
      await noteSingle(at, await noteDouble(at));
      yield true;
    }
    return;
  }
  // Comparing each element takes as long as a small function's run: it is left out in between, and Python computes one run while
  // another one's numbers are on their way. Fewer runs make a failure cheaper, at the price of as many draws of rounding.
  const underway = pLimit(3);
  const last = [second, third, fourth].map((seed) =>
    underway(async () => {
      const at = moved(seed);
      const there = await noteRounded(at, seed);
      if (seed !== fourth) await noteSingle(at, there);
    }),
  );
  await Promise.all(last);
  yield true;
}

/**
 * What the code makes of rounding in each of its kernels. Where torch's are exact by luck, as a softmax is that gives one 1 and zeros,
 * no other run shows it.
 */
async function runRounded(side: Side, inputs: NamedTensors, seed: number, options: Cancellable): Promise<NamedTensors> {
  const { name, rounding } = side;
  try {
    if (rounding) return await run({ name, compute: (at) => rounding(at, seed) }, inputs, options);
  } catch (failure) {
    if (!(failure instanceof SideFailure)) throw failure; // it refuses numbers that are rounded on the way
  }
  return run(side, inputs, options);
}
