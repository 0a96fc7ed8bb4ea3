import { expect, test } from "vitest";
import { formsOf } from "../../../src/interop/contract/call-text.ts";
import type { FunctionContract, ParameterContract, PythonTypeTree } from "../../../src/interop/contract/contract.ts";
import { typeText } from "../../../src/interop/contract/type-text.ts";
import { withFlags } from "../../../src/interop/recording/flags.ts";
import { merged } from "../../../src/interop/recording/merged.ts";
import type { FlaggedResult } from "../../../src/interop/recording/notes.ts";

const tensor = (dtype = "float32"): PythonTypeTree => ({ kind: "tensor", dtypes: [dtype] });
const none: PythonTypeTree = { kind: "none" };
const pair: PythonTypeTree = { kind: "tuple", of: [tensor(), tensor()] };
const bool: PythonTypeTree = { kind: "bool" };
const optional: PythonTypeTree = { kind: "union", of: [tensor(), none] };

const x: ParameterContract = { name: "x", kind: "either", required: true, type: tensor() };
const flag = (name: string, otherwise = "false", type: PythonTypeTree = bool): ParameterContract => {
  return { name, kind: "either", required: false, type, default: otherwise };
};
const gave = (type: PythonTypeTree, flags: Record<string, string>): FlaggedResult => ({ type, flags });

/** The forms that a function has in TypeScript, each with its result. */
function forms(parameters: readonly ParameterContract[], results: readonly FlaggedResult[]): string[] {
  const result = { kind: "seen", of: merged(results.map(({ type }) => type)), calls: 9, reason: "" } as const;
  const call: FunctionContract = { doc: "", parameters, result };
  const { overloads = [] } = withFlags(call, results);
  return overloads.flatMap((form) =>
    formsOf(form, (type) => typeText(type, "in", String)).map((given) =>
      `(${given}) => ${typeText(form.result, "out", String)}`
        .replaceAll(" | adsam.PythonObject", "")
        .replaceAll("adsam.", ""),
    ),
  );
}

test.each<[string, ParameterContract[], FlaggedResult[], string[]]>([
  [
    "a bool",
    [x, flag("both")],
    [gave(pair, { both: "true" }), gave(tensor(), { both: "false" }), gave(tensor("int64"), { both: "false" })],
    [
      "(x: Tensor, options?: { readonly both?: false | undefined }) => Tensor",
      "(x: Tensor, options: { readonly both: true }) => readonly [Tensor, Tensor]",
      "(x: Tensor, options?: { readonly both?: boolean | undefined }) => Tensor | readonly [Tensor, Tensor]",
    ],
  ],
  [
    "whether something is given",
    [x, flag("targets", "null", optional)],
    [gave(pair, {}), gave(tensor(), { targets: "null" })],
    [
      "(x: Tensor, options?: { readonly targets?: null | undefined }) => Tensor",
      "(x: Tensor, options: { readonly targets: Tensor }) => readonly [Tensor, Tensor]",
      "(x: Tensor, options?: { readonly targets?: Tensor | null | undefined }) => Tensor | readonly [Tensor, Tensor]",
    ],
  ],
  [
    "two flags, of which calls do not tell which one it was",
    [x, flag("a"), flag("b")],
    [gave(pair, { a: "true", b: "true" }), gave(tensor(), { a: "false", b: "false" })],
    [
      "(x: Tensor, options?: { readonly a?: false | undefined; readonly b?: false | undefined }) => Tensor",
      "(x: Tensor, options: { readonly a: true; readonly b: true }) => readonly [Tensor, Tensor]",
      "(x: Tensor, options?: { readonly a?: boolean | undefined; readonly b?: boolean | undefined }) => Tensor | readonly [Tensor, Tensor]",
    ],
  ],
  [
    "two flags together",
    [x, flag("a"), flag("b")],
    [
      gave(tensor(), { a: "true", b: "true" }),
      gave(pair, { a: "true", b: "false" }),
      gave(pair, { a: "false", b: "true" }),
      gave(none, { a: "false", b: "false" }),
    ],
    [
      "(x: Tensor, options?: { readonly a?: false | undefined; readonly b?: false | undefined }) => null",
      "(x: Tensor, options: { readonly a?: false | undefined; readonly b: true }) => readonly [Tensor, Tensor]",
      "(x: Tensor, options: { readonly a: true; readonly b?: false | undefined }) => readonly [Tensor, Tensor]",
      "(x: Tensor, options: { readonly a: true; readonly b: true }) => Tensor",
      "(x: Tensor, options?: { readonly a?: boolean | undefined; readonly b?: boolean | undefined }) => Tensor | readonly [Tensor, Tensor] | null",
    ],
  ],
  [
    "one that has to be given",
    [x, { name: "both", kind: "either", required: true, type: bool }],
    [gave(pair, { both: "true" }), gave(tensor(), { both: "false" })],
    [
      "(x: Tensor, both: false) => Tensor",
      "(x: Tensor, both: true) => readonly [Tensor, Tensor]",
      "(x: Tensor, both: boolean) => Tensor | readonly [Tensor, Tensor]",
    ],
  ],
])("results follow %s", (_, parameters, results, expected) => {
  expect(forms(parameters, results)).toEqual(expected);
  expect(forms(parameters, results.toReversed())).toEqual(expected);
});

const several = Array.from({ length: 9 }, (_, i) => JSON.stringify(`${i}`));
const literal: PythonTypeTree = { kind: "literal", values: several.map((one) => JSON.parse(one)) };

test.each<[string, ParameterContract[], FlaggedResult[]]>([
  [
    "calls contradict each other",
    [x, flag("both")],
    [gave(pair, { both: "true" }), gave(tensor(), { both: "false" }), gave(pair, { both: "false" })],
  ],
  ["all are of one type", [x, flag("both")], [gave(pair, { both: "true" }), gave(pair, { both: "false" })]],
  ["no flag is there", [x], [gave(pair, {}), gave(tensor(), {})]],
  [
    "others may follow the flag by place",
    [x, flag("both"), { name: "more", kind: "rest", required: false, type: tensor() }],
    [gave(pair, { both: "true" }), gave(tensor(), { both: "false" })],
  ],
  [
    "there were too many values",
    [x, flag("how", '"0"', literal)],
    several.map((how, i) => gave(i === 0 ? pair : tensor(), { how })),
  ],
  ["there was too much to note", [x, flag("both")], []],
])("a result stays one of several types where %s", (_, parameters, results) => {
  expect(forms(parameters, results)).toEqual([]);
});
