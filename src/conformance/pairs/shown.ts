import { kindOf, type NamedTensors, type Tensor, tensor } from "../../tensor.ts";
import { Elements } from "../elements.ts";
import { numbers } from "../numbers.ts";
import { type Distance, measure } from "../tolerance.ts";
import type { Side } from "./implementation.ts";

/** What runs show of one tensor. */
export interface Shown {
  /** What torch computes in float64. */
  readonly exact: Tensor;
  /** How far rounding takes it as a whole, ... */
  readonly whole: Distance[];
  /** ... the errors of the kernels that are judged, ... */
  readonly erring: Distance[];
  /** ... and rounding each element, where each is held to its own. */
  readonly elements: Elements | undefined;
}

/** Of a tensor of which no run has shown anything yet. */
export function shownOf(exact: Tensor, elementwise: boolean): Shown {
  const kind = kindOf(exact.dtype);
  const hasRounding = kind === "real" || kind === "complex";
  return { exact, whole: [], erring: [], elements: hasRounding && elementwise ? new Elements(exact) : undefined };
}

/** Notes the distance of a run from an exact one on the same inputs. */
export function note(shown: ReadonlyMap<string, Shown>, outputs: NamedTensors, exact: NamedTensors): void {
  for (const [name, truth] of Object.entries(exact)) {
    const output = outputs[name];
    if (output?.shape.join() !== truth.shape.join()) continue;
    shown.get(name)?.whole.push(measure(output, truth));
    shown.get(name)?.elements?.note(output, truth);
  }
}

/** Directions in which kernels err; of 0 it is the same one for all numbers. */
const directions = [0, 1];

/** Notes how far the errors of its kernels take what is judged from what it gave, in parts of the exact result. */
export async function noteErring(
  shown: ReadonlyMap<string, Shown>,
  judged: Side,
  inputs: NamedTensors,
  ours: NamedTensors,
): Promise<void> {
  for (const seed of directions) {
    let isMoved = false;
    const there = await judged.erring?.(inputs, seed);
    for (const [name, { exact, erring, elements }] of shown) {
      const [before, after] = [ours[name], there?.[name]];
      if (elements === undefined || before?.data.length !== exact.data.length || after === undefined) continue;
      const [from, to] = [numbers(before), numbers(after)];
      const distances = from.map((y, i) => (to[i] ?? 0) - y);
      const moved = numbers(exact).map((y, i) => y + (distances[i] ?? 0));
      erring.push(measure(tensor(moved), exact));
      elements.noteErring(distances);
      isMoved ||= distances.some((distance) => distance !== 0);
    }
    if (!isMoved) return; // none of its kernels is in the table
  }
}

/** How many elements it takes for most of them to say something. */
const several = 8;

/**
 * Whether most of a tensor is off by what no rounding explains: by 8 times what runs have shown of each element, of which more runs
 * were seen to show 6 times as much; or by a hundredth, where none is held to its own. Other inputs show nothing that would excuse it.
 */
export function isOffThroughout(ours: Tensor | undefined, shown: Shown | undefined): boolean {
  if (ours === undefined || shown === undefined || shown.exact.data.length < several) return false;
  if (ours.data.length !== shown.exact.data.length) return false;
  const values = numbers(ours);
  if (shown.elements !== undefined) return shown.elements.mostBeyond(values, 8);
  const truth = numbers(shown.exact);
  const off = truth.filter((y, i) => Math.abs((values[i] ?? 0) - y) > 2 ** -7 * Math.abs(y)).length;
  return 2 * off > truth.length;
}
