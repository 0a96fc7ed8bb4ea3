import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../../../src/backend.ts";
import { type BackendPair, conform, type Pair } from "../../../src/conformance/index.ts";
import { numbers } from "../../../src/conformance/numbers.ts";
import { open } from "../../../src/open.ts";
import { type NamedTensors, tensor } from "../../../src/tensor.ts";

let candidate: Backend;
let reference: Backend;
beforeAll(async () => {
  [candidate, reference] = await Promise.all([open({ device: "cpu" }), open({ device: "cpu" })]);
});
afterAll(() => Promise.all([candidate.close(), reference.close()]));

const operations = join(import.meta.dirname, "../../fixtures/python");
const inputs = { a: { wave: 1, shape: [3, 4] }, b: { seed: 2, shape: [4, 2] } };
const product: Pair = {
  name: "product",
  torch: "operations:product",
  folder: operations,
  tfjs: () => [],
  differentiate: ["a", "b"],
  cases: [{ id: "small", inputs }],
};

/** Doubles its input on both sides, but what the candidate gives is changed. */
function changed(change: (outputs: NamedTensors) => NamedTensors): BackendPair {
  return {
    name: "double",
    cases: [{ id: "x", inputs: { x: { wave: 1, shape: [2, 3] } } }],
    compute: async (backend, { x }, { dtype }) => {
      const values = x === undefined ? [] : Array.from(numbers(x), (value) => 2 * value);
      const data = dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values);
      const outputs = { y: tensor(data, [2, 3]) };
      return backend === candidate ? change(outputs) : outputs;
    },
  };
}

async function verdict(pair: Pair) {
  const { cases } = await conform(candidate, reference, { pairs: [pair] });
  return cases[0];
}

test("a Python function agrees with itself: outputs and gradients, each with its error and tolerance", async () => {
  const report = await verdict(product);
  expect(report).toMatchObject({ suite: "pairs", id: "product-small", status: "passed" });
  expect(report?.comparisons?.map(({ tensor: name }) => name)).toEqual([
    "output.0",
    "output.1",
    "gradient.a",
    "gradient.b",
  ]);
  for (const { maxRel, tolerance } of report?.comparisons ?? []) {
    expect(tolerance).toBeGreaterThanOrEqual(3 * 2 ** -24);
    expect(tolerance).toBeLessThan(1e-5);
    expect(maxRel).toBeLessThanOrEqual(tolerance);
  }
});

function listed({ y }: NamedTensors): number[] {
  return y === undefined ? [] : Array.from(numbers(y));
}

describe("what differs is told apart", () => {
  let calls = 0;
  const y = (values: readonly number[], shape = [2, 3]) => ({ y: tensor(Float32Array.from(values), shape) });
  const with0 = (value: number) => (outputs: NamedTensors) => y([value, ...listed(outputs).slice(1)]);

  test.each<[string, (outputs: NamedTensors) => NamedTensors, RegExp]>([
    [
      "throws",
      () => {
        throw new TypeError("no such kernel");
      },
      /^torch throws: no such kernel$/,
    ],
    ["missing", () => ({}), /^y: torch gives no such tensor$/],
    ["shape", () => y([1, 2, 3, 4, 5, 6], [3, 2]), /^y: torch gives shape \[3,2\], torch \[2,3\]$/],
    ["dtype", () => ({ y: tensor(new BigInt64Array(6), [2, 3]) }), /^y: torch gives int64, torch float32$/],
    ["nan", with0(Number.NaN), /^y\[0, 0\]: torch gives NaN, torch /],
    [
      "nondeterministic",
      (outputs) => with0(calls++)(outputs),
      /^y\[0, 0\]: torch is not deterministic: 0, then 1 on the same inputs$/,
    ],
    ["numbers", with0(1), /^y\[0, 0\]: torch gives 1, exact is -0\.37\d+ \(relative error /],
  ])("%s", async (kind, change, message) => {
    const report = await verdict(changed(change));
    expect(report).toMatchObject({ status: "failed", message: expect.stringMatching(message) });
    expect(report?.comparisons?.[0]?.kind).toBe(kind);
  });

  test("an error that only float32 rounding explains passes, and one 4 times as large does not", async () => {
    const off = (ulps: number) => (outputs: NamedTensors) =>
      y(listed(outputs).map((value) => value * (1 + ulps * 2 ** -23)));
    expect((await verdict(changed(off(1))))?.status).toBe("passed");
    expect((await verdict(changed(off(8))))?.status).toBe("failed");
  });
});

describe("what conform is asked is checked", () => {
  const refused = (options: object) => conform(candidate, reference, options);

  test.each<[string, object, RegExp]>([
    ["a misspelt option", { suite: ["layers"] }, /^conform: unknown field suite: did you mean suites\?$/],
    ["an unknown suite", { suites: ["looks"] }, /^conform: suites\.0: expected "layers" or .* got "looks"$/],
    ["no suite at all", { suites: [] }, /^conform: suites: expected a list from 1 elements, got \[\]$/],
    [
      "suites and pairs at once",
      { suites: ["layers"], pairs: [product] },
      /^conform: expected suites or pairs, got both$/,
    ],
    [
      "a pair's misspelt field",
      { pairs: [{ ...product, differntiate: ["a"] }] },
      /^pairs\.0: unknown field differntiate: did you mean differentiate\?$/,
    ],
  ])("%s", async (_, options, message) => {
    await expect(refused(options)).rejects.toMatchObject({ code: "usage", message: expect.stringMatching(message) });
  });

  test("and what a pair's function gives as inputs, once it is asked", async () => {
    const cases = [{ id: "1", inputs: async () => ({ a: { wave: 1, shape: [2], scael: 3 } }) }];
    await expect(refused({ pairs: [{ ...product, cases }] })).rejects.toThrow(
      /^case 1: inputs: a: unknown field scael: did you mean scale\?$/,
    );
    const others = [{ id: "1", inputs: async () => ({ x: { wave: 1, shape: [2] } }) }];
    await expect(refused({ pairs: [{ ...product, cases: others }] })).rejects.toThrow(
      /^inputs: Python's function takes no x: did you mean a\?$/,
    );
    const fewer = [{ id: "1", inputs: async () => ({ a: { wave: 1, shape: [2] } }) }];
    await expect(refused({ pairs: [{ ...product, cases: fewer }] })).rejects.toThrow(
      /^product: differentiate: unknown input b: did you mean a\?$/,
    );
  });
});
