import { describe, expect, test } from "vitest";
import { checkPair } from "../../../src/conformance/twins/twin-schema.ts";
import { tensor } from "../../../src/tensor.ts";

const cases = [{ id: "1", inputs: { x: { wave: 1, shape: [2, 3], scale: 2 } } }];
const functions = { name: "p", torch: "module:function", tfjs: () => [], cases };
const backends = { name: "b", compute: async () => ({}), cases };

function withInput(source: object): object {
  return { ...functions, cases: [{ id: "1", inputs: { x: source } }] };
}

describe("a pair is taken as it is", () => {
  test.each([
    ["of functions", functions],
    [
      "with all there may be",
      { ...functions, folder: "python", differentiate: ["x"], cases: [{ ...cases[0], reduction: () => 3 }] },
    ],
    ["of backends", backends],
    ["with drawn numbers", withInput({ seed: 1, shape: [] })],
    ["with numbers from a file", withInput({ file: "x.safetensors", tensor: "x" })],
    ["with numbers of its own", withInput({ values: tensor(new BigInt64Array(2)) })],
    ["without inputs", { ...functions, cases: [{ id: "1", inputs: {} }] }],
    ["whose inputs are asked for", { ...functions, cases: [{ id: "1", inputs: async () => ({}) }] }],
  ])("%s", (_, pair) => {
    expect(checkPair(pair, "p")).toEqual(pair);
  });
});

describe("nothing of a pair is ignored", () => {
  test.each<[string, unknown, string]>([
    [
      "a misspelt field",
      { ...functions, differntiate: ["x"] },
      "p: unknown field differntiate: did you mean differentiate?",
    ],
    [
      "one of another kind of pair",
      { ...backends, torch: "m:f" },
      "p: unknown field torch: expected name, cases, compute",
    ],
    [
      "a case's",
      { ...functions, cases: [{ ...cases[0], input: {} }] },
      "p: cases.0: unknown field input: did you mean inputs?",
    ],
    [
      "an input's",
      withInput({ wave: 1, shape: [2], scael: 2 }),
      "p: cases.0: inputs: x: unknown field scael: did you mean scale?",
    ],
    [
      "a source of no kind",
      withInput({ wvae: 1, shape: [2] }),
      'p: cases.0: inputs: x: expected wave, seed, file, values or plain, with what belongs to each, got {"wvae":1,"shape":[2]}',
    ],
    [
      "a gradient of no input",
      { ...functions, differentiate: ["X"] },
      "p: differentiate: unknown input X: did you mean x?",
    ],
    [
      "a target without a function",
      { ...functions, torch: "module" },
      'p: torch: expected "package.module:function", got "module"',
    ],
    ["no function", { ...functions, tfjs: "relu" }, 'p: tfjs: expected a function, got "relu"'],
    [
      "numbers that do not fill their shape",
      withInput({ values: { dtype: "float32", shape: [3], data: new Float32Array(2) } }),
      "p: cases.0: inputs: x: expected wave, seed, file, values or plain, with what belongs to each, got ",
    ],
    ["no object", null, "p: expected object, got null"],
  ])("%s", (_, pair, message) => {
    expect(() => checkPair(pair, "p")).toThrow(
      expect.objectContaining({ code: "usage", message: expect.stringContaining(message) }),
    );
  });
});
