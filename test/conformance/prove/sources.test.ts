import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { annotatedInputs } from "../../../src/conformance/prove/annotations.ts";
import { readCases } from "../../../src/conformance/prove/case-file.ts";
import { casesOf, drawnInput } from "../../../src/conformance/prove/cases.ts";
import { readCalls } from "../../../src/conformance/prove/recorded-calls.ts";
import { encodeSafetensors } from "../../../src/safetensors.ts";
import { type Tensor, tensor } from "../../../src/tensor.ts";
import { temporaryFolder } from "../../temporary.ts";

describe("drawn inputs", () => {
  test.each([
    ["float32[4,3]", { dtype: "float32", shape: [4, 3], below: 10 }],
    ["int64[2]%3", { dtype: "int64", shape: [2], below: 3 }],
    ["bool[]", { dtype: "bool", shape: [], below: 10 }],
    ["float32[2]>=0", { dtype: "float32", shape: [2], below: 10, nonNegative: true }],
    ["mean", undefined],
    ["x[i]", undefined],
  ])("%s", (text, expected) => {
    expect(drawnInput(text)).toEqual(expected);
  });

  test.each([
    ["float16x[3]", "expected a dtype, got float16x in float16x[3]: did you mean float16?"],
    ["evil[3]", "expected a dtype, got evil in evil[3]: expected bool, "],
    ["float32[100000,100000]", "expected at most 134217728 numbers to draw, got 10000000000 in float32[100000,100000]"],
    ["int64[3]>=0", "expected >=0 of real numbers, got int64[3]>=0"],
  ])("%s is refused", (text, message) => {
    expect(() => drawnInput(text)).toThrow(message);
  });

  test("that are not negative are so on edges too", () => {
    const x = drawnInput("float32[30]>=0");
    const values =
      x === undefined ? [] : casesOf(new Map([["x", x]])).map(({ inputs }) => inputs.x as Tensor<"float32">);
    expect(values).toHaveLength(10);
    expect(values.every(({ data }) => data.every((value) => value >= 0))).toBe(true);
    expect(values[0]?.data.every((value) => value > 0)).toBe(true);
  });

  test("edges keep lengths that belong together alike", () => {
    const inputs = new Map(Object.entries({ x: "float32[4,3]", y: "int64[4]%2" }).map(([k, v]) => [k, drawnInput(v)]));
    const cases = casesOf(inputs as Parameters<typeof casesOf>[0]);
    const shapes = Object.fromEntries(
      cases.map(({ id, inputs: { x, y } }) => [id, [(x as Tensor).shape, (y as Tensor).shape]]),
    );
    expect(shapes).toMatchObject({ "draw-1": [[4, 3], [4]], "one-element": [[1, 1], [1]], "zero-size": [[0, 3], [0]] });
    const denormal = cases.find(({ id }) => id === "denormals")?.inputs.x as Tensor<"float32">;
    expect(denormal.data.every((value) => value !== 0 && Math.abs(value) < 2 ** -126)).toBe(true);
    const ties = cases.find(({ id }) => id === "ties")?.inputs.x as Tensor<"float32">;
    expect(new Set(ties.data).size).toBeLessThan(4);
    for (const { inputs: all } of cases) expect((all.y as Tensor<"int64">).data.every((v) => v < 2n)).toBe(true);
  });
});

describe("jaxtyping's annotations", () => {
  const annotations = (dimensions: Readonly<Record<string, string>>, dtypes = ["float16", "float32"]) => ({
    parameters: [],
    rest: false,
    state: {},
    annotations: Object.fromEntries(Object.entries(dimensions).map(([name, d]) => [name, { dtypes, dimensions: d }])),
  });

  test("a name is one length wherever it stands", () => {
    const found = annotatedInputs(annotations({ x: "batch dim", w: "dim 7 out", b: "#out", rest: "*n dim", s: "" }));
    expect(Object.fromEntries([...found].map(([name, { shape }]) => [name, shape]))).toEqual({
      x: [4, 3],
      w: [3, 7, 5],
      b: [5],
      rest: [2, 3],
      s: [],
    });
    expect(found.get("x")?.dtype).toBe("float32");
  });

  test("computed dimensions and strange dtypes are refused", () => {
    expect(() => annotatedInputs(annotations({ x: "n+1" }))).toThrow(/^x: expected named dimensions .*, got n\+1$/);
    expect(() => annotatedInputs(annotations({ x: "n" }, ["prng_key"]))).toThrow(/^x: expected a dtype of .*prng_key$/);
  });
});

describe("a case file", () => {
  async function cases(text: string) {
    const path = join(await temporaryFolder(), "cases.json");
    await writeFile(path, text);
    return readCases(path);
  }

  test("has numbers in rows, other dtypes, formulas, shapes to draw, and what Python takes as it stands", async () => {
    const inputs = {
      x: [[1, 2]],
      y: { dtype: "int64", values: [1, 2] },
      mask: { dtype: "bool", values: [0, 1] },
      z: { wave: 1, shape: [2] },
      n: 3,
      how: "mean",
      sizes: { plain: [2, 3] },
    };
    const [one] = await cases(JSON.stringify([{ id: "a", inputs }]));
    expect(one?.inputs).toMatchObject({
      x: tensor(Float32Array.of(1, 2), [1, 2]),
      y: tensor(BigInt64Array.of(1n, 2n)),
      mask: tensor(Uint8Array.of(0, 1), [2], "bool"),
      z: { dtype: "float64", shape: [2] },
      n: 3,
      how: "mean",
      sizes: [2, 3],
    });
  });

  test.each([
    ["no JSON", "[", /cases\.json: expected JSON: /],
    ["no case", "[]", /expected a list from 1 elements/],
    ["an unknown field", `[{"id": "a", "input": {}}]`, /unknown field input: did you mean inputs\?/],
    [
      "a dtype that is none",
      `[{"id": "a", "inputs": {"x": {"dtype": "int", "values": [1]}}}]`,
      /case a: x: .* got int$/,
    ],
    ["halves of whole numbers", `[{"id": "a", "inputs": {"x": {"dtype": "int64", "values": [0.5]}}}]`, /got 0\.5$/],
  ])("with %s is refused", async (_, text, message) => {
    await expect(cases(text)).rejects.toThrow(message);
  });
});

describe("recorded calls", () => {
  async function recorded(calls: Readonly<Record<string, object>>) {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "losses.elbo"));
    for (const [i, call] of Object.entries(calls)) {
      const path = join(folder, "losses.elbo", i);
      await writeFile(`${path}.json`, JSON.stringify({ module: "losses", function: "elbo", ...call }));
      await writeFile(`${path}.safetensors`, encodeSafetensors({ x: tensor(Float32Array.of(1, 2)) }));
    }
    return folder;
  }

  test("come with their tensors, in their order; one that was not kept whole is told apart", async () => {
    const folder = await recorded({
      2: { arguments: { x: { $tensor: "x" }, parts: [{ $tensor: "x" }, 3] } },
      10: { arguments: { x: { $tensor: "x" }, model: { $unkept: "torch.nn.Linear" } } },
    });
    expect(await readCalls(folder, "losses:elbo")).toEqual({
      cases: [
        {
          id: "losses.elbo/2",
          inputs: { x: tensor(Float32Array.of(1, 2)), parts: [tensor(Float32Array.of(1, 2)), 3] },
        },
      ],
      unkept: [{ id: "losses.elbo/10", reason: "the recording has not kept model (torch.nn.Linear)" }],
    });
  });

  test("of another function, of a tensor that is not there, and of no folder are refused", async () => {
    const folder = await recorded({ 1: { arguments: { x: { $tensor: "y" } } } });
    await expect(readCalls(folder, "losses:kl")).rejects.toThrow(
      /: expected recorded calls of losses:kl, got those of losses:elbo$/,
    );
    await expect(readCalls(folder, "losses:elbo")).rejects.toThrow(/1\.json: there is no tensor y beside it$/);
    await expect(readCalls("/nowhere", "losses:elbo")).rejects.toMatchObject({ code: "file" });
  });
});
