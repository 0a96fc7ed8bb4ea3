import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TorchBackend } from "../../src/backend.ts";
import { open } from "../../src/open.ts";
import { toHalves } from "../../src/tensor/halves.ts";
import { type NamedTensors, tensor } from "../../src/tensor.ts";

const folder = join(import.meta.dirname, "../fixtures/python");

let backend: TorchBackend;
beforeAll(async () => {
  backend = await open({ device: "cpu" });
});
afterAll(() => backend.close());

const floats = new Float32Array([0, -0, 1.5, -2, Number.NaN, Number.POSITIVE_INFINITY]);

/** The numbers at the edges of every dtype. */
const edges: NamedTensors = {
  bool: tensor(new Uint8Array([0, 1, 1]), [3], "bool"),
  uint8: tensor(new Uint8Array([0, 255]), [1, 2]),
  int8: tensor(new Int8Array([-128, 127])),
  uint16: tensor(new Uint16Array([0, 65535])),
  int16: tensor(new Int16Array([-32768, 32767])),
  uint32: tensor(new Uint32Array([0, 2 ** 32 - 1])),
  int32: tensor(new Int32Array([-(2 ** 31), 2 ** 31 - 1, 2 ** 24 + 1])),
  uint64: tensor(new BigUint64Array([0n, 2n ** 64n - 1n])),
  int64: tensor(new BigInt64Array([-(2n ** 63n), 2n ** 53n + 1n])),
  float16: tensor(toHalves(floats, "float16"), [2, 3], "float16"),
  bfloat16: tensor(toHalves(floats, "bfloat16"), [6], "bfloat16"),
  float32: tensor(floats, [3, 2]),
  float64: tensor(new Float64Array([1 / 3, Number.MIN_VALUE, Number.NEGATIVE_INFINITY])),
  complex64: tensor(new Float32Array([1, -2, Number.NaN, 3]), [2], "complex64"),
  complex128: tensor(new Float64Array([1 / 3, -2 / 3]), [], "complex128"),
  empty: tensor(new Float64Array(0), [0, 3], "complex128"),
};

test("every dtype crosses there and back as it is", async () => {
  const { outputs } = await backend.call("operations:everything", edges, { folder, dtype: "unchanged" });
  expect(Object.fromEntries(Object.keys(edges).map((name, i) => [name, outputs[i]]))).toEqual(edges);
});

test("and through a file", async () => {
  const inputs = {
    z: tensor(new Float64Array(20_000).map(Math.sin), [100, 100], "complex128"),
    flags: tensor(new Uint8Array(10_000).fill(1), [10_000], "bool"),
  };
  const { outputs } = await backend.call("operations:everything", inputs, { folder, dtype: "unchanged" });
  expect(outputs).toEqual([inputs.z, inputs.flags]);
});

test("the option dtype casts real numbers, complex ones to that width, and nothing else", async () => {
  const { outputs } = await backend.call("operations:everything", edges, { folder, dtype: "float32" });
  const cast = new Map([
    ["float16", "float32"],
    ["bfloat16", "float32"],
    ["float64", "float32"],
    ["complex128", "complex64"],
  ]);
  const given = Object.values(edges).map(({ dtype }) => dtype);
  expect(outputs.map(({ dtype }) => dtype)).toEqual(given.map((dtype) => cast.get(dtype) ?? dtype));
});

test("a view that torch has yet to conjugate arrives conjugated", async () => {
  const z = tensor(new Float64Array([1, 2, 3, -4]), [2], "complex128");
  const { outputs } = await backend.call("operations:conjugated", { z }, { folder });
  expect(outputs).toEqual([
    tensor(new Float64Array([1, -2, 3, 4]), [2], "complex128"),
    tensor(new Float64Array([-2, 4])),
  ]);
});
