import { expect, test } from "vitest";
import { changesBetween } from "../../../src/interop/contract/compare.ts";
import type { Contract, PythonTypeTree } from "../../../src/interop/contract/contract.ts";

/** A module with one function, of one parameter. */
function contract(type: PythonTypeTree, result: PythonTypeTree): Contract {
  const parameter = { name: "a", kind: "either", required: true, type } as const;
  const functions = { f: { doc: "", parameters: [parameter], result } };
  return { format: 4, docstrings: true, records: {}, modules: { m: { doc: "", functions, classes: {}, enums: {} } } };
}

const int: PythonTypeTree = { kind: "int" };
const none: PythonTypeTree = { kind: "none" };
const either: PythonTypeTree = { kind: "union", of: [int, { kind: "str" }] };
const [some, more]: PythonTypeTree[] = [["A"], ["A", "B"]].map((members) => ({ kind: "enum", name: "m:E", members }));

test.each<[string, PythonTypeTree | undefined, PythonTypeTree | undefined, boolean]>([
  ["one more type", int, either, false],
  ["one type less", either, int, true],
  ["a float instead of an int", int, { kind: "float" }, false],
  ["a literal more", { kind: "literal", values: ["a"] }, { kind: "literal", values: ["a", "b"] }, false],
  ["a member more", some, more, false],
  ["a member less", more, some, true],
])("a parameter that takes %s: %#", (_, before, now, breaks) => {
  if (before === undefined || now === undefined) throw new Error("expected types");
  expect(changesBetween(contract(before, none), contract(now, none))).toMatchObject([{ where: "m.f(a)", breaks }]);
});

test.each([
  ["one more type", int, either, true],
  ["one type less", either, int, false],
])("a result that is %s", (_, before, now, breaks) => {
  expect(changesBetween(contract(int, before), contract(int, now))).toMatchObject([{ where: "m.f()", breaks }]);
});

const variable = (name: string, bound?: PythonTypeTree): PythonTypeTree => ({ kind: "variable", name, bound });
const list = (of: PythonTypeTree): PythonTypeTree => ({ kind: "list", of });

test.each([
  ["another name", variable("T"), list(variable("T")), variable("U"), list(variable("U")), []],
  ["more than it did", int, none, variable("T"), none, [{ where: "m.f(a)", breaks: false }]],
  ["less than it did", variable("T"), none, int, none, [{ where: "m.f(a)", breaks: true }]],
  ["what it is bound to", variable("T", int), none, int, none, [{ where: "m.f(a)", breaks: false }]],
  ["another one", variable("T"), variable("T"), variable("T"), variable("U"), [{ where: "m.f()", breaks: true }]],
])("a type variable that becomes %s", (_, a, gave, b, gives, changes) => {
  expect(changesBetween(contract(a, gave), contract(b, gives))).toMatchObject(changes);
});

interface Damaged {
  modules?: { m: { functions: { f: { result?: object } } } };
}

test("a contract that was damaged by hand is told as such, and where", () => {
  const now = contract(int, none);
  const damage = (change: (copy: Damaged) => unknown) => {
    const copy = structuredClone<unknown>(now) as Damaged;
    change(copy);
    return () => changesBetween(copy as unknown as Contract, now);
  };
  const refused = (message: RegExp) =>
    expect.objectContaining({ code: "usage", message: expect.stringMatching(message) });
  expect(damage((copy) => delete copy.modules)).toThrow(refused(/^the contract: modules: expected /));
  expect(damage((copy) => delete copy.modules?.m.functions.f.result)).toThrow(refused(/^the contract: modules\.m\./));
  expect(damage((copy) => Object.assign(copy.modules?.m.functions.f.result ?? {}, { kind: "list" }))).toThrow(
    refused(/result\.of: expected what a list has/),
  );
});
