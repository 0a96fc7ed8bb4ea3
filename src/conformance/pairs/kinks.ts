import type { Cancellable } from "../../backend.ts";
import { kindOf, type NamedTensors, type Tensor, tensor } from "../../tensor.ts";
import type { Comparison } from "../comparison.ts";
import { elementName, numbers } from "../numbers.ts";
import { uniform } from "../random.ts";
import type { Side } from "./implementation.ts";

/** How far inputs are moved, in parts of their size. */
const step = 2 ** -16;

/** What a derivative may change by over such a step, in parts of its usual size: a kink changes it by its whole self. */
const smooth = 2 ** -10;

/** How many steps each number of each input is moved. */
type Direction = ReadonlyMap<string, Float32Array>;

/** What both gave on the inputs themselves. */
export interface Answers {
  readonly ours: NamedTensors;
  readonly exact: NamedTensors;
  /** Judges a tensor by another one than that of `exact`, as closely. */
  compare(name: string, truth: Tensor | undefined): Comparison;
}

/**
 * Gradients at a kink (relu or abs at 0, max of equal numbers), where each side may take the derivative of another side. Torch is
 * asked for the derivatives near by: there must be one place, a small step away in each input, where it has all those of the port.
 * What they are on that side of the inputs themselves, the port is held to as closely as anywhere else.
 * @param failing comparisons of gradients alone.
 * @returns the comparisons with the elements named that the kink decides; undefined where torch has no such derivatives.
 */
export async function oneSided(
  failing: readonly Comparison[],
  answers: Answers,
  double: Side,
  inputs: NamedTensors,
  options: Cancellable,
): Promise<Comparison[] | undefined> {
  const { ours } = answers;
  const names = failing.map((one) => one.tensor);
  const tried: Tried[] = [];
  const at = async (direction: Direction): Promise<Tried | undefined> => {
    const there = await double.compute(moved(inputs, direction, step), options);
    tried.push({ direction, there });
    return names.every((name) => unlike(ours[name], there[name]).length === 0) ? { direction, there } : undefined;
  };
  const confirmed = async ({ direction, there }: Tried) => {
    const nearer = await double.compute(moved(inputs, direction, step / 2), options);
    const found = failing.map((one) => decided(one, answers, limit(nearer[one.tensor], there[one.tensor])));
    return found.some(({ message }) => message !== undefined) ? undefined : found;
  };
  for (const [i, direction] of directions(inputs).entries()) {
    const there = await at(direction);
    if (there !== undefined) return confirmed(there);
    if (i === 1 && !isKinked(names, answers, tried)) return undefined;
  }
  const there = await at(composed(inputs, names, ours, tried));
  return there && confirmed(there);
}

/** What a derivative comes to from that side, by those at half a step and at a whole one. */
function limit(half: Tensor | undefined, whole: Tensor | undefined): Tensor | undefined {
  if (half === undefined || whole === undefined) return undefined;
  const further = numbers(whole);
  const data = Float64Array.from(numbers(half), (y, i) => 2 * y - (further[i] ?? 0));
  return kindOf(half.dtype) === "complex" ? tensor(data, half.shape, "complex128") : tensor(data, half.shape);
}

interface Tried {
  readonly direction: Direction;
  readonly there: NamedTensors;
}

/** Whether torch's own derivatives jump, up or down, wherever the port's are not torch's. */
function isKinked(names: readonly string[], { ours, exact }: Answers, tried: readonly Tried[]): boolean {
  return names.every((name) => {
    const jumps = new Set(tried.flatMap(({ there }) => unlike(exact[name], there[name])));
    return unlike(ours[name], exact[name]).every((place) => jumps.has(place));
  });
}

/** Up, down, and either way; never by the same, so that equal numbers part. */
function directions(inputs: NamedTensors): Direction[] {
  return [1, 2, 3, 4, 5, 6].map((seed) => {
    const next = uniform(seed);
    const sign = () => (seed === 1 ? 1 : seed === 2 || next() < 0.5 ? -1 : 1);
    return directed(inputs, () => sign() * (0.5 + next()));
  });
}

function directed(inputs: NamedTensors, steps: (name: string, i: number) => number): Direction {
  return new Map(
    Object.entries(inputs).map(([name, { data }]) => [
      name,
      Float32Array.from({ length: data.length }, (_, i) => steps(name, i)),
    ]),
  );
}

/** Each number to the side on which torch was seen to have the port's derivative; those at no kink stay. */
function composed(
  inputs: NamedTensors,
  names: readonly string[],
  ours: NamedTensors,
  tried: readonly Tried[],
): Direction {
  const differing = names.map((name) => {
    const sets = tried.map(({ there }) => new Set(unlike(ours[name], there[name])));
    return [name.replace(/^gradient\./, ""), sets] as const;
  });
  const unsure = new Map(differing);
  return directed(inputs, (name, i) => {
    const sets = unsure.get(name);
    if (sets === undefined || sets.every((set) => !set.has(i))) return 0;
    const found = sets.findIndex((set) => !set.has(i));
    return tried[found]?.direction.get(name)?.[i] ?? 0;
  });
}

function moved(inputs: NamedTensors, direction: Direction, far: number): NamedTensors {
  const all = Object.entries(inputs).map(([name, values]): [string, Tensor] => {
    const kind = kindOf(values.dtype);
    const signs = direction.get(name);
    if (kind !== "real" || signs === undefined) return [name, values];
    const before = numbers(values);
    const usual = usualSize(before);
    // float64: a step that float32 would round away must stay one.
    const data = Float64Array.from(before, (x, i) => x + (signs[i] ?? 0) * far * (Math.abs(x) || usual));
    return [name, tensor(data, values.shape)];
  });
  return Object.fromEntries(all);
}

/** The middle one of some of the sizes that are not 0. */
function usualSize(values: Float64Array): number {
  const every = Math.ceil(values.length / 1000);
  const sizes = values
    .filter((_, i) => i % every === 0)
    .map(Math.abs)
    .filter((size) => Number.isFinite(size) && size > 0)
    .sort();
  return sizes[Math.floor(sizes.length / 2)] ?? 1;
}

/** The places where two are further apart than a smooth derivative changes. */
function unlike(ours: Tensor | undefined, theirs: Tensor | undefined): number[] {
  if (ours === undefined || theirs === undefined || ours.shape.join() !== theirs.shape.join()) return [0];
  const [a, b] = [numbers(ours), numbers(theirs)];
  const usual = usualSize(b);
  const places: number[] = [];
  for (let i = 0; i < b.length; i++) {
    const [x, y] = [a[i] ?? Number.NaN, b[i] ?? Number.NaN];
    if (!(Math.abs(x - y) <= smooth * Math.max(Math.abs(y), usual)) && !Object.is(x, y)) places.push(i);
  }
  return places;
}

/** The comparison with the derivative of that side, and the elements that the kink decides. */
function decided(
  { tensor: name }: Comparison,
  { ours, exact, compare }: Answers,
  side: Tensor | undefined,
): Comparison {
  const mine = ours[name];
  const places = mine === undefined ? [] : unlike(mine, exact[name]).map((place) => elementName(name, mine, place));
  return { ...compare(name, side), decided: places };
}
