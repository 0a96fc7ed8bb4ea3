import type { MatcherState } from "vitest";
import * as z from "zod";
import { departureOf } from "../conformance/bisect/departure.ts";
import type { Comparison } from "../conformance/comparison.ts";
import { type ProveOptions, proofShape, proveOptions } from "../conformance/prove/options.ts";
import type { Port } from "../conformance/prove/port-function.ts";
import type { Verdict } from "../conformance/prove/prove-case.ts";
import type { Failed } from "../conformance/prove/reproduction.ts";
import { verdicts } from "../conformance/prove/verdicts.ts";
import { AdsamError } from "../errors.ts";
import { toPairs } from "../tensor/complex.ts";
import { type MatchInput, toTensor } from "../tensor/nested.ts";
import { validate } from "../validation.ts";
import { type Asking, pythonFunctions, twin } from "./backends.ts";

/**
 * An argument: a tensor, or numbers in rows that are one; `float32[4,3]`, of which numbers are drawn; `{ plain }`, which Python and
 * the port get as it stands.
 */
export type TorchInput =
  | MatchInput
  | string
  | {
      /** A number, a text, a list: whatever Python takes. */
      readonly plain: unknown;
    };

/** The arguments of both functions, by name. */
export type TorchInputs = Readonly<Record<string, TorchInput>>;

/** How a function is held against its Python counterpart; what is said of `prove` holds here too. */
export interface TorchMatchOptions
  extends Pick<
    ProveOptions,
    | "folder"
    | "argv"
    | "cuda"
    | "init"
    | "make"
    | "as"
    | "differentiate"
    | "dtype"
    | "draws"
    | "reductions"
    | "patience"
  > {
  /** One object of the arguments by name (the default), or one argument for each of Python's parameters in their order. */
  readonly call?: "named" | "positional" | undefined;
  /** The Python to use; otherwise the one that `adsam setup` made. */
  readonly python?: string | undefined;
}

const { folder, argv, cuda, init, make, call, as, differentiate, dtype, draws, reductions, patience } = proofShape;
const matchOptions = z.strictObject({
  folder,
  argv,
  cuda,
  init,
  make,
  call: call.unwrap().default("named"),
  as,
  differentiate,
  dtype,
  draws,
  reductions,
  patience,
  python: z.string().min(1).optional(),
});

const plainValue = z.strictObject({ plain: z.unknown() });

function argumentOf(name: string, given: unknown): unknown {
  if (typeof given === "string") return given;
  const isPlain = typeof given === "object" && given !== null && "plain" in given;
  return isPlain ? validate(plainValue, given, `toMatchTorch: ${name}`) : toTensor(name, given);
}

/** Draws where a tensor departs from what is exact, and says what that looks like. */
function illustrate({ tensor: name, tolerance }: Comparison, { port = {}, python = {} }: Failed): string[] {
  const [left, right] = [port[name], python[name]];
  if (left === undefined || right === undefined) return [];
  const sides = { left: toPairs(left), right: toPairs(right) };
  const departure = departureOf({ quantity: "value", place: "", name, ...sides }, tolerance);
  if (departure === null) return [];
  const looks = departure.hint === null ? [] : [`looks like: ${departure.hint}`];
  return [...looks, ...departure.picture.split("\n")].map((line) => `    ${line}`);
}

/** What is wrong with a function on one set of inputs, in lines: also that Python refuses them, and nothing was compared. */
function complaints({ report, failed }: Verdict, set: string): string[] {
  if (report.comparisons === undefined) return [`  ${set}${report.message ?? report.note}`];
  const wrong = report.comparisons.filter(({ message }) => message !== undefined);
  return wrong.flatMap((comparison) => [
    `  ${set}${comparison.message}`,
    ...(comparison.kind === "numbers" && failed !== undefined ? illustrate(comparison, failed) : []),
  ]);
}

/**
 * What `toMatchTorch` does; its first argument is what `expect` was given.
 * @throws AdsamError `usage` for an option, a target or an input that is unknown or wrong, and what ends a backend.
 */
export async function matchTorch(
  this: MatcherState,
  port: unknown,
  target: string,
  inputs: TorchInputs | readonly TorchInputs[],
  options: TorchMatchOptions = {},
): Promise<{ pass: boolean; message: () => string }> {
  const { python, ...how } = validate(matchOptions, options, "toMatchTorch");
  if (!isPort(port)) throw new AdsamError("usage", `toMatchTorch: expected a function, got ${JSON.stringify(port)}`);
  const sets: readonly TorchInputs[] = isList(inputs) ? inputs : [inputs];
  const cases = sets.map((set, i) => {
    const values = Object.entries(set).map(([name, given]) => [name, argumentOf(name, given)]);
    return { id: String(i), inputs: Object.fromEntries(values) };
  });
  const checked = validate(proveOptions, { ...how, torch: target, port, cases }, "toMatchTorch");
  const find = await pythonFunctions(python, askingOf(this));
  const lines: string[] = [];
  for await (const verdict of verdicts(twin, find, checked, "toMatchTorch")) {
    lines.push(...complaints(verdict, sets.length === 1 ? "" : `inputs ${verdict.report.id}: `));
  }
  const what = `${port.name || "the TypeScript function"} ${lines.length === 0 ? "not to match" : "to match"} ${target}`;
  return { pass: lines.length === 0, message: () => [`expected ${what}`, ...lines].join("\n") };
}

function askingOf({ task, testPath: file }: MatcherState): Asking {
  if (!task?.timeout || !Number.isFinite(task.timeout)) return { file, left: undefined, timeout: undefined };
  const since = task.result?.startTime ?? Date.now();
  return { file, left: task.timeout - (Date.now() - since), timeout: task.timeout };
}

function isPort(value: unknown): value is Port {
  return typeof value === "function";
}

function isList(inputs: TorchInputs | readonly TorchInputs[]): inputs is readonly TorchInputs[] {
  return Array.isArray(inputs);
}
