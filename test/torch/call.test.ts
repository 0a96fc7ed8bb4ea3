import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TorchBackend } from "../../src/backend.ts";
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

test.each([
  ["operations", /expected "package.module:function", got "operations"/],
  ["operations:quotient", /there is no Python function operations:quotient/],
  ["nowhere:product", /there is no Python function nowhere:product/],
  ["operations:nothing", /return a tensor or a sequence of them, got NoneType/],
])("%s is refused", async (target, message) => {
  await expect(backend.call(target, { a }, { folder })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(message),
  });
});
