import { departureOf } from "../conformance/bisect/departure.ts";
import type { Comparison } from "../conformance/comparison.ts";
import { sideOf } from "../conformance/pairs/implementation.ts";
import { prepareInputs } from "../conformance/pairs/inputs.ts";
import { judgePair } from "../conformance/pairs/judge.ts";
import type { FunctionPair, PairCase, TfjsFunction } from "../conformance/pairs/pair.ts";
import { type MatchedBackends, matchedBackends } from "./backends.ts";
import { type MatchInput, toTensor } from "./inputs.ts";

/** The arguments of both functions, by name. */
export type TorchInputs = Readonly<Record<string, MatchInput>>;

/** How a function is held against its Python counterpart. */
export interface TorchMatchOptions {
  /** Inputs whose gradients must match too. */
  readonly differentiate?: readonly string[] | undefined;
  /** Where to look for the Python module besides Python's own path; the working directory unless told otherwise. */
  readonly folder?: string | undefined;
  /** The Python to use; otherwise the one that `adsam setup` made. */
  readonly python?: string | undefined;
  /** How many terms each number of `output.<i>` or `gradient.<input>` is summed from; 1 unless told otherwise. */
  readonly reductions?: Readonly<Record<string, number>> | undefined;
}

interface Verdict {
  readonly pass: boolean;
  readonly message: () => string;
}

/** Draws where a tensor departs from float64, and says what that looks like. */
async function illustrate(
  pair: FunctionPair,
  one: PairCase,
  { tensor: name, tolerance }: Comparison,
  { tfjs, torch }: MatchedBackends,
): Promise<string[]> {
  const inputs = await prepareInputs(one, torch);
  const ours = await (await sideOf(pair, tfjs, "float32")).compute(inputs, {});
  const exact = await (await sideOf(pair, torch, "float64")).compute(inputs, {});
  const sides = { left: ours[name] ?? null, right: exact[name] ?? null };
  const departure = departureOf({ quantity: "value", place: "", name, ...sides }, tolerance);
  if (departure === null) return [];
  const looks = departure.hint === null ? [] : [`looks like: ${departure.hint}`];
  return [...looks, ...departure.picture.split("\n")].map((line) => `    ${line}`);
}

async function complaints(pair: FunctionPair, one: PairCase, backends: MatchedBackends): Promise<string[]> {
  const comparisons = await judgePair(pair, one, { candidate: backends.tfjs, reference: backends.torch });
  const failed = comparisons.filter(({ message }) => message !== undefined);
  const lines: string[] = [];
  for (const comparison of failed) {
    lines.push(`  ${one.id === "" ? "" : `inputs ${one.id}: `}${comparison.message}`);
    if (comparison.kind === "numbers") lines.push(...(await illustrate(pair, one, comparison, backends)));
  }
  return lines;
}

/** What `toMatchTorch` does; its first argument is what `expect` was given. */
export async function matchTorch(
  received: TfjsFunction,
  target: string,
  inputs: TorchInputs | readonly TorchInputs[],
  { python, reductions, ...options }: TorchMatchOptions = {},
): Promise<Verdict> {
  const sets: readonly TorchInputs[] = isList(inputs) ? inputs : [inputs];
  const cases = sets.map((set, i): PairCase => {
    const values = Object.entries(set).map(([name, value]) => [name, { values: toTensor(name, value) }] as const);
    const id = sets.length === 1 ? "" : String(i);
    return { id, inputs: Object.fromEntries(values), ...(reductions === undefined ? {} : { reductions }) };
  });
  const pair: FunctionPair = { name: received.name || target, torch: target, tfjs: received, cases, ...options };
  const backends = await matchedBackends(python);
  const lines: string[] = [];
  for (const one of cases) lines.push(...(await complaints(pair, one, backends)));
  const what = `${received.name || "the TensorFlow.js function"} ${lines.length === 0 ? "not to match" : "to match"} ${target}`;
  return { pass: lines.length === 0, message: () => [`expected ${what}`, ...lines].join("\n") };
}

function isList(inputs: TorchInputs | readonly TorchInputs[]): inputs is readonly TorchInputs[] {
  return Array.isArray(inputs);
}
