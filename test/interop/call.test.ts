import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TorchBackend } from "../../src/backend.ts";
import { prove } from "../../src/conformance/index.ts";
import { open } from "../../src/open.ts";
import { tensor } from "../../src/tensor.ts";
import { wave } from "../../src/wave.ts";

const folder = join(import.meta.dirname, "../fixtures/python");
const a = tensor(new Float32Array([1, 2, 3, 4]), [2, 2]);
const b = tensor(new Float32Array([0, 1, 1, 0]), [2, 2]);

let backend: TorchBackend;
beforeAll(async () => {
  backend = await open({ device: "cpu" });
});
afterAll(() => backend.close());

test("a Python function gives its outputs, and the gradients of their projections", async () => {
  const { outputs, gradients } = await backend.call("operations:product", { a, b }, { folder, differentiate: ["a"] });
  expect(outputs).toEqual([tensor(new Float64Array([2, 1, 4, 3]), [2, 2]), tensor(new Float64Array([10]), [])]);
  const [d0 = 0, d1 = 0, d2 = 0, d3 = 0] = wave(400, 4);
  const [sum = 0] = wave(401, 1);
  const expected = [d1 + sum, d0 + sum, d3 + sum, d2 + sum];
  expect(gradients.a?.shape).toEqual([2, 2]);
  for (const [i, value] of expected.entries()) expect(Number(gradients.a?.data[i])).toBeCloseTo(value, 12);
});

test("in float32 where that is asked for", async () => {
  const { outputs } = await backend.call("operations:product", { a, b }, { folder, dtype: "float32" });
  expect(outputs.map(({ dtype }) => dtype)).toEqual(["float32", "float32"]);
});

test("an input that plays no part has a gradient of zeros", async () => {
  const options = { folder, differentiate: ["x", "y"] };
  const found = await backend.call("operations:first_of_two", { x: a, y: b }, options);
  expect(found.gradients.y).toEqual(tensor(new Float64Array(4), [2, 2]));
  expect(found.gradients.x?.data).not.toEqual(new Float64Array(4));
  const { gradients } = await backend.call("operations:detached", { x: a }, { folder, differentiate: ["x"] });
  expect(gradients).toEqual({ x: tensor(new Float64Array(4), [2, 2]) });
});

test("whole outputs have no gradient, and complex ones are projected by both their parts", async () => {
  const x = tensor(new Float32Array([1, 5, 2]));
  const max = await backend.call("operations:largest", { x }, { folder, differentiate: ["x"] });
  expect(max.outputs[1]).toEqual(tensor(new BigInt64Array([1n]), []));
  expect(max.gradients.x?.data).toEqual(new Float64Array([0, wave(400, 1)[0] ?? 0, 0]));
  const spectrum = await backend.call("operations:spectrum", { x }, { folder, differentiate: ["x"] });
  expect(spectrum.outputs[0]?.dtype).toBe("complex128");
  const w = wave(400, 6);
  const expected = [0, 1, 2].map((n) =>
    [0, 1, 2].reduce((sum, k) => {
      const angle = (-2 * Math.PI * k * n) / 3;
      return sum + Math.cos(angle) * (w[2 * k] ?? 0) + Math.sin(angle) * (w[2 * k + 1] ?? 0);
    }, 0),
  );
  for (const [i, value] of expected.entries()) expect(Number(spectrum.gradients.x?.data[i])).toBeCloseTo(value, 12);
});

test("outputs come in their order, and numbers among them as tensors", async () => {
  const { outputs } = await backend.call("operations:many", {}, { folder });
  expect(outputs.map(({ data }) => Number(data[0]))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const mixed = await backend.call("operations:mixed", { x: a }, { folder, differentiate: ["x"] });
  expect(mixed.outputs).toEqual([
    tensor(new Float64Array([10]), []),
    tensor(new Float64Array([0.5]), []),
    tensor(new BigInt64Array([7n]), []),
    tensor(new Uint8Array([1]), [], "bool"),
    tensor(new Float64Array([1, 2]), [], "complex128"),
  ]);
  const single = await backend.call("operations:mixed", { x: a }, { folder, dtype: "float32" });
  expect(single.outputs.map(({ dtype }) => dtype)).toEqual(["float32", "float32", "int64", "bool", "complex64"]);
});

test("a decorator may give arguments of its own", async () => {
  const { outputs } = await backend.call("operations:multiplied", { x: a }, { folder });
  expect(outputs[0]?.data).toEqual(new Float64Array([2, 4, 6, 8]));
});

test.each([
  ["operations", /expected "package.module:function", got "operations"/, undefined],
  ["operations:prodct", /there is no function prodct in .*operations.py/, "did you mean product?"],
  [
    "operation:product",
    /there is no Python module operation, in .*python or where .* looks/,
    "did you mean operations?",
  ],
  ["torch.nn.functionl:relu", /there is no Python module torch.nn.functionl/, "did you mean functional?"],
  ["operations:LIMIT", /expected a function operations:LIMIT, got a int/, undefined],
  ["operations:nothing", /expected operations:nothing to return a tensor or a number, got NoneType/, /return a tensor/],
  [
    "operations:pair",
    /expected element 1 of what operations:pair returns to be a tensor or a number, got NoneType/,
    /return/,
  ],
  ["operations:nested", /expected element 1 of what operations:nested returns .* got tuple/, /return/],
  [
    "operations:enormous",
    /expected operations:enormous to return a tensor or a number, got an int of 71 bits, more than int64 has/,
    /return/,
  ],
  ["operations:sparse", /output\/0: expected a dense tensor, got a sparse_coo one/, /to_dense/],
  ["operations:eighth", /output\/0: expected one of bool, .*, got float8_e5m2/, /float\(\)/],
])("%s is refused", async (target, message, suggestion) => {
  const inputs = /nothing/.test(target) ? { a } : { x: a };
  const failure = { code: "usage", message: expect.stringMatching(message) };
  const expected = suggestion === undefined ? failure : { ...failure, suggestion: expect.stringMatching(suggestion) };
  await expect(backend.call(target, inputs, { folder })).rejects.toMatchObject(expected);
});

test.each<[string, unknown, unknown, string | RegExp]>([
  ["a number for a tensor", { a: 3, b }, {}, "a: expected a tensor, got 3"],
  ["an array for a tensor", { a: [1, 2], b }, {}, "a: expected numbers in a typed array, got undefined"],
  ["no inputs at all", null, {}, "inputs: expected tensors by name, got null"],
  ["numbers that do not fit their shape", { a: { ...a, shape: [3] }, b }, {}, "a: shape [3] holds 3 numbers, got 4"],
  [
    "a name that is no input's",
    { a, b },
    { differentiate: ["nope"] },
    "differentiate: expected names of inputs (a, b), got nope",
  ],
  ["integers to differentiate", { a: tensor(new Int32Array(1)), b }, { differentiate: ["a"] }, /got a of int32/],
  ["a misspelt option", { a, b }, { differntiate: ["a"] }, /call: unknown field differntiate/],
  ["another dtype", { a, b }, { dtype: "float16" }, /call: dtype: expected "float32" or "float64" or "unchanged"/],
  ["arguments of other names", { a, c: b }, {}, /expected inputs for operations:product\(a: .*\).*, got a, c/],
  ["too few arguments", { a }, {}, /missing a required argument: 'b'/],
  [
    "numbers that the dtype does not hold",
    { a: tensor(Float64Array.of(1e300), [1, 1]), b },
    { dtype: "float32" },
    "a: expected numbers that float32 holds, got 1e+300",
  ],
  ["a folder that is none", { a, b }, { folder: "/nowhere" }, "folder: expected a folder, got /nowhere"],
])("%s is refused", async (_, inputs, options, message) => {
  // As what comes past the compiler.
  const call = backend.call("operations:product", inputs as never, { folder, ...(options as object) });
  await expect(call).rejects.toMatchObject({
    code: "usage",
    message: typeof message === "string" ? message : expect.stringMatching(message),
  });
});

describe("a module", () => {
  const research = join(folder, "research");
  const call = (target: string) => backend.call(target, {}, { folder: research });

  test("that lacks another says which, where, and how to install it", async () => {
    await expect(call("needs_pillow:f")).rejects.toMatchObject({
      code: "environment",
      message: expect.stringMatching(
        /the Python module needs_pillow needs PIL_of_nowhere, which .*python.* does not have/,
      ),
      suggestion: expect.stringMatching(/install it there: .*python.* -m pip install PIL_of_nowhere/),
    });
    await expect(call("misspelt:f")).rejects.toMatchObject({
      suggestion: expect.stringMatching(/did you mean raises\?/),
    });
  });

  test("that lacks a part of its own package", async () => {
    await expect(call("parts:f")).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/the Python module parts imports parts.modles, which is not in .*research/),
      suggestion: "did you mean models?",
    });
  });

  test("that raises says what, and which it was", async () => {
    await expect(call("raises:f")).rejects.toMatchObject({
      code: "python",
      message: expect.stringMatching(/ValueError: importing raises failed: no luck today/),
      python: { type: "builtins.ValueError", traceback: expect.stringMatching(/raises.py/) },
    });
    await expect(call("leaves:f")).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("the Python module leaves ends its program when it is imported"),
      suggestion: expect.stringContaining('if __name__ == "__main__"'),
    });
  });
});

test.each<[string, () => Promise<unknown>]>([
  ["call", () => backend.call("__main__:exit", {}, { folder })],
  ["import", () => backend.import("__main__", { folder })],
  ["contract", () => backend.contract(["__main__"], { folder })],
  ["patch", () => backend.patch("__main__:exit", () => 0, { folder })],
  [
    "prove",
    () => prove(backend, backend, { torch: "__main__:exit", port: () => [], folder, cases: [{ id: "0", inputs: {} }] }),
  ],
])("%s does not take the bridge's own program for a module", async (_, door) => {
  await expect(door()).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("expected the name of a module, got __main__"),
    suggestion: "name a program by its file: train for train.py",
  });
});

test("modules of one name in two folders are two modules, also when they are imported late", async () => {
  for (const target of ["main:early", "main:late", "main:early"]) {
    for (const [name, number] of [
      ["one", 1n],
      ["two", 2n],
    ] as const) {
      const { outputs } = await backend.call(target, {}, { folder: join(folder, name) });
      expect(outputs[0]?.data[0]).toBe(number);
    }
  }
});

test("what a function sets stays with its folder: a model trains as if it had not been called", async () => {
  const spec = { kind: "resnet20", initLogSigma: -3 } as const;
  const images = tensor(
    Float32Array.from({ length: 8 * 192 }, (_, i) => Math.sin(i)),
    [8, 3, 8, 8],
  );
  const part = { images, labels: tensor(Uint8Array.from({ length: 8 }, (_, i) => i)) };
  const data = { name: "waves", classes: 10, train: part, test: part, normalization: null };
  const trained = async () => {
    const model = await backend.model(spec);
    await model.fit(data, { epochs: 1, batch: 4, steps: 1, validation: "none", kernels: "torch" });
    return model.read();
  };
  const before = await trained();
  const research = { folder: join(folder, "research"), dtype: "unchanged" } as const;
  await backend.call("settings:change", { x: a }, research);
  expect(await trained()).toEqual(before);
  const other = await backend.call("settings:defaults", { x: a }, research);
  expect(other.outputs[0]?.data).toEqual(new Float32Array([3, 1]));
});
