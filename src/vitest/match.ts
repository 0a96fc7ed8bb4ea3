import * as z from "zod";
import { departureOf } from "../conformance/bisect/departure.ts";
import type { Comparison } from "../conformance/comparison.ts";
import { sideOf } from "../conformance/pairs/implementation.ts";
import { prepareInputs } from "../conformance/pairs/inputs.ts";
import { judgePair } from "../conformance/pairs/judge.ts";
import type { FunctionPair, PairCase } from "../conformance/pairs/pair.ts";
import { checkFunctionPair, checkReductions } from "../conformance/pairs/schema.ts";
import { positiveCount } from "../schema/numbers.ts";
import { toPairs } from "../tensor/complex.ts";
import { type MatchInput, toTensor } from "../tensor/nested.ts";
import type { Tensor } from "../tensor.ts";
import { validate } from "../validation.ts";
import { type MatchedBackends, matchedBackends } from "./backends.ts";

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

const matchOptions = z.strictObject({
  differentiate: z.array(z.string()).optional(),
  folder: z.string().min(1).optional(),
  python: z.string().min(1).optional(),
  reductions: z.record(z.string(), positiveCount).optional(),
});

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
  const sides = { left: drawable(ours[name]), right: drawable(exact[name]) };
  const departure = departureOf({ quantity: "value", place: "", name, ...sides }, tolerance);
  if (departure === null) return [];
  const looks = departure.hint === null ? [] : [`looks like: ${departure.hint}`];
  return [...looks, ...departure.picture.split("\n")].map((line) => `    ${line}`);
}

function drawable(values: Tensor | undefined): Tensor | null {
  return values === undefined ? null : toPairs(values);
}

/** What is wrong with a function on one set of inputs, in lines. */
async function complaints(pair: FunctionPair, one: PairCase, { tfjs, torch }: MatchedBackends, reductions: Reductions) {
  const comparisons = await judgePair(pair, one, { candidate: tfjs, reference: torch });
  if (comparisons.every(({ kind }) => kind !== "throws" && kind !== "nondeterministic")) {
    checkReductions(
      reductions,
      comparisons.map(({ tensor }) => tensor),
      "toMatchTorch",
    );
  }
  const failed = comparisons.filter(({ message }) => message !== undefined);
  const lines: string[] = [];
  for (const comparison of failed) {
    lines.push(`  ${one.id === "" ? "" : `inputs ${one.id}: `}${comparison.message}`);
    if (comparison.kind === "numbers") lines.push(...(await illustrate(pair, one, comparison, { tfjs, torch })));
  }
  return lines;
}

type Reductions = Readonly<Record<string, number>>;

/**
 * What `toMatchTorch` does; its first argument is what `expect` was given.
 * @throws AdsamError `usage` for an option, a target or an input that is unknown or wrong, and what ends a backend.
 */
export async function matchTorch(
  port: unknown,
  target: string,
  inputs: TorchInputs | readonly TorchInputs[],
  options: TorchMatchOptions = {},
): Promise<Verdict> {
  const { python, reductions = {}, ...rest } = validate(matchOptions, options, "toMatchTorch");
  const sets: readonly TorchInputs[] = isList(inputs) ? inputs : [inputs];
  const cases = sets.map((set, i): PairCase => {
    const values = Object.entries(set).map(([name, value]) => [name, { values: toTensor(name, value) }] as const);
    const id = sets.length === 1 ? "" : String(i);
    return { id, inputs: Object.fromEntries(values), reduction: (output) => reductions[output] ?? 1 };
  });
  const name = (typeof port === "function" && port.name) || "the TensorFlow.js function";
  const pair = checkFunctionPair({ ...rest, name, torch: target, tfjs: port, cases }, "toMatchTorch");
  const backends = await matchedBackends(python);
  const lines: string[] = [];
  for (const one of cases) lines.push(...(await complaints(pair, one, backends, reductions)));
  const what = `${name} ${lines.length === 0 ? "not to match" : "to match"} ${target}`;
  return { pass: lines.length === 0, message: () => [`expected ${what}`, ...lines].join("\n") };
}

function isList(inputs: TorchInputs | readonly TorchInputs[]): inputs is readonly TorchInputs[] {
  return Array.isArray(inputs);
}
