import { expect, test } from "vitest";
import { Float, PythonPath, pythonType, tensor } from "../../../src/index.ts";
import { described } from "../../../src/interop/contract/compare.ts";
import type { Contract, PythonTypeTree } from "../../../src/interop/contract/contract.ts";
import { fits } from "../../../src/interop/contract/fits.ts";
import type { Declared } from "../../../src/interop/contract/instances.ts";
import { given } from "../../../src/interop/contract/values.ts";

const contract: Contract = {
  format: 4,
  docstrings: true,
  modules: {},
  records: {
    "m:Options": { fields: { eps: { kind: "float" }, name: { kind: "str" } }, required: ["eps"], dict: true },
    "m:Point": { fields: { x: { kind: "int" } }, required: ["x"], dict: false },
  },
};
const declared: Declared = {
  contract,
  make: () => {
    throw new Error("no classes here");
  },
  callbacks: new WeakMap(),
};
const images = tensor(new Float32Array(6), [1, 2, 3]);

test.each<[PythonTypeTree, unknown, boolean]>([
  [{ kind: "tensor", shape: "batch 2 w" }, images, true],
  [{ kind: "tensor", shape: "batch 3 w" }, images, false],
  [{ kind: "tensor", shape: "2 3" }, images, false],
  [{ kind: "tensor", shape: "*batch 3" }, images, true],
  [{ kind: "tensor" }, [1, 2], false],
  [{ kind: "union", of: [{ kind: "int" }, { kind: "none" }] }, null, true],
  [{ kind: "int" }, 1.5, false],
  [{ kind: "int" }, 2n ** 70n, true],
  [{ kind: "literal", values: ["a", 1] }, 1, true],
  [{ kind: "literal", values: ["a", 1] }, "b", false],
  [{ kind: "tuple", of: [{ kind: "str" }, { kind: "float" }] }, ["a", 1], true],
  [{ kind: "tuple", of: [{ kind: "str" }, { kind: "float" }] }, ["a"], false],
  [{ kind: "dict", key: { kind: "str" }, value: { kind: "bool" } }, { a: true, b: 1 }, false],
  [{ kind: "record", name: "m:Options" }, { eps: 1 }, true],
  [{ kind: "record", name: "m:Options" }, { name: "n" }, false],
  [{ kind: "enum", name: "m:Mode", members: ["A"] }, "A", false],
  [{ kind: "unknown", reason: "" }, Symbol("s"), true],
])("%j takes %s: %s", (type, value, right) => {
  expect(fits(value, type, contract, "in")).toBe(right);
});

test("a value goes as what is declared", () => {
  expect(given(1, { kind: "float" }, declared, "x")).toEqual(new Float(1));
  expect(given("a/b", { kind: "path" }, declared, "x")).toEqual(new PythonPath("a/b"));
  expect(pythonType(given([1], { kind: "tupleOf", of: { kind: "int" } }, declared, "x") as object)).toBe("tuple");
  expect(pythonType(given(images, { kind: "array" }, declared, "x") as object)).toBe("numpy.ndarray");
  expect(pythonType(given({ x: 1 }, { kind: "record", name: "m:Point" }, declared, "x") as object)).toBe("m:Point");
  expect(pythonType(given({ eps: 1 }, { kind: "record", name: "m:Options" }, declared, "x") as object)).toBeUndefined();
  const list: PythonTypeTree = { kind: "list", of: { kind: "union", of: [{ kind: "str" }, { kind: "float" }] } };
  expect(given(["a", 2], list, declared, "x")).toEqual(["a", new Float(2)]);
});

test("what does not fit is named, with what was declared and what came", () => {
  const wrong = () => given(images, { kind: "tensor", shape: "b 5" }, declared, "f: x");
  expect(wrong).toThrow("f: x: expected tensor[b 5], got a tensor of float32 [1,2,3]");
  expect(described({ kind: "dict", key: { kind: "str" }, value: { kind: "list", of: { kind: "int" } } })).toBe(
    "dict[str, list[int]]",
  );
});
