import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  Crossing,
  checkGradients,
  keywords,
  numbers,
  open,
  type PythonObject,
  type Tensor,
  tensor,
} from "../../src/index.ts";

const backend = await open({ backend: "torch", device: "cpu" });
let things: PythonObject;
beforeAll(async () => {
  things = await backend.import("things", { folder: "test/fixtures/python" });
});
afterAll(() => backend.close());

const x = tensor(Float64Array.of(0.3, -0.2, 0.5, 0.9), [2, 2]);
const y = tensor(Float64Array.of(1, 2, -1, 0.5), [2, 2]);
const dot = (a: Tensor, b: Tensor) =>
  numbers(a).reduce((sum, value, i) => sum + value * (numbers(b)[i] ?? Number.NaN), 0);
const random = (seed: number, shape: number[]) =>
  tensor(
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(seed + 1.7 * i)),
    shape,
  );

describe("vjp and jvp", () => {
  test("agree by the dot product test: <J t, v> = <t, J^T v>", async () => {
    const product = await things.get<PythonObject>("product");
    await using at = await product.vjp<Tensor>(x, y, keywords({ scale: 0.5, unused: x }));
    const [v, dx, dy] = [random(1, [2, 2]), random(2, [2, 2]), random(3, [2, 2])];
    const { inputs } = await at.pullback(v);
    const forward = await product.jvp<Tensor>({ 0: dx, 1: dy }, x, y, keywords({ scale: 0.5 }));
    expect(numbers(forward.value)).toEqual(numbers(at.value));
    const [tangent] = forward.tangents;
    if (tangent === undefined || inputs[0] === undefined || inputs[1] === undefined) throw new Error("missing");
    expect(dot(tangent, v)).toBeCloseTo(dot(dx, inputs[0]) + dot(dy, inputs[1]), 12);
    expect(inputs.unused).toEqual(tensor(new Float64Array(4), [2, 2]));
    expect(Object.keys(inputs)).toEqual(["0", "1", "unused"]);
  });

  test("agree with finite differences", async () => {
    const product = await things.get<PythonObject>("product");
    await using at = await product.vjp<Tensor>(x, y);
    const { inputs } = await at.pullback(1);
    const h = 1e-6;
    const sum = async (i: number, step: number) => {
      const moved = x.data.slice();
      moved[i] = (moved[i] ?? 0) + step;
      return numbers(await product.call<Tensor>(tensor(moved, [2, 2]), y)).reduce((a, b) => a + b, 0);
    };
    const slopes: number[] = [];
    for (let i = 0; i < 4; i++) slopes.push(((await sum(i, h)) - (await sum(i, -h))) / (2 * h));
    for (const [i, slope] of slopes.entries()) expect(inputs[0] && numbers(inputs[0])[i]).toBeCloseTo(slope, 8);
  });

  test("cotangents are for each tensor that came out, and may be chosen again", async () => {
    const several = await things.get<PythonObject>("several");
    await using at = await several.vjp(tensor(Float64Array.of(1, 2)));
    expect(at.value).toMatchObject({ name: "n" });
    expect((await at.pullback(1, 10, null)).inputs[0]).toEqual(tensor(Float64Array.of(12, 12)));
    expect((await at.pullback(null, 1, null)).inputs[0]).toEqual(tensor(Float64Array.of(1, 1)));
    await expect(at.pullback(1)).rejects.toMatchObject({
      code: "usage",
      message: "expected a cotangent for each of 3 tensors that came out, got 1",
    });
    await expect(at.pullback(tensor(new Float64Array(3)), 1, null)).rejects.toMatchObject({
      message: "cotangent 0: expected shape [2], got [3]",
    });
  });

  test("a module's parameters are differentiated too", async () => {
    const { nn } = { nn: await backend.import("torch.nn") };
    await using linear = await nn.method<PythonObject>("Linear", 2, 1);
    await using at = await linear.vjp(tensor(Float32Array.of(3, 4), [1, 2]));
    const { parameters, inputs } = await at.pullback(2);
    expect(parameters.weight).toEqual(tensor(Float32Array.of(6, 8), [1, 2]));
    expect(parameters.bias).toEqual(tensor(Float32Array.of(2)));
    const weight = await linear.method<Tensor>("get_parameter", "weight");
    expect(inputs[0] && numbers(inputs[0])).toEqual(numbers(weight).map((value) => 2 * value));
  });

  test("tangents of what is no tensor are refused", async () => {
    const product = await things.get<PythonObject>("product");
    await expect(product.jvp({ 5: x }, x, y)).rejects.toMatchObject({
      code: "usage",
      message: "expected tangents of arguments that are real or complex tensors (0, 1), got 5",
    });
  });
});

describe("an operation of ours in torch's graph", () => {
  const map = (values: Tensor, change: (value: number, i: number) => number) =>
    tensor(Float64Array.from(numbers(values), change), values.shape);
  const sine = new Crossing(
    async (input: Tensor) => map(input, Math.sin),
    (cotangent: Tensor, input: Tensor) => [map(input, (value, i) => (numbers(cotangent)[i] ?? 0) * Math.cos(value))],
  );

  test("has the gradients that torch's own has", async () => {
    const torch = await backend.import("torch");
    const through = async (sin: unknown) => {
      await using at = await (await things.get<PythonObject>("squared")).vjp<Tensor>(x, keywords({ inner: sin }));
      return [at.value, (await at.pullback(1)).inputs[0]] as const;
    };
    const [value, gradient] = await through(sine);
    const [expected, right] = await through(await torch.get("sin"));
    expect(dot(value, value)).toBeCloseTo(dot(expected, expected), 12);
    if (gradient === undefined || right === undefined) throw new Error("missing");
    for (const [i, one] of numbers(right).entries()) expect(numbers(gradient)[i]).toBeCloseTo(one, 12);
  });

  test("a pullback that gives too few gradients, and a function that gives no tensor, are named", async () => {
    const squared = await things.get<PythonObject>("squared");
    const short = new Crossing(
      (input: Tensor) => input,
      () => [],
    );
    await using at = await squared.vjp(x, keywords({ inner: short }));
    await expect(at.pullback(1)).rejects.toMatchObject({ message: expect.stringMatching(/a list of 1 gradients/) });
    const none = new Crossing(
      () => 3,
      () => [],
    );
    await expect(squared.call(x, keywords({ inner: none }))).rejects.toMatchObject({
      message: expect.stringMatching(/to give a tensor, got int/),
    });
    const numbers = new Crossing(
      (input: Tensor) => input,
      () => [1],
    );
    await using of = await squared.vjp(x, keywords({ inner: numbers }));
    await expect(of.pullback(1)).rejects.toMatchObject({ message: expect.stringMatching(/a tensor or null, got int/) });
  });

  test("null is a gradient of zeros, and a second derivative is refused", async () => {
    const flat = new Crossing(
      (input: Tensor) => input,
      () => [null],
    );
    await using at = await (await things.get<PythonObject>("squared")).vjp<Tensor>(x, keywords({ inner: flat }));
    const { inputs } = await at.pullback(1);
    expect(inputs[0] && numbers(inputs[0])).toEqual(numbers(x).map(() => 0));
    await expect(things.method("curvature", x, keywords({ inner: sine }))).rejects.toMatchObject({
      message: expect.stringMatching(/expected first derivatives of what TypeScript computes/),
    });
  });
});

describe("checkGradients", () => {
  test("passes right gradients, by both tests", async () => {
    const checks = await checkGradients(await things.get<PythonObject>("product"), { x, y });
    expect(checks).toMatchObject([
      { input: "x", passed: true },
      { input: "y", passed: true },
    ]);
    for (const { dotProduct, finiteDifferences } of checks) {
      expect(dotProduct).toBeLessThan(1e-12);
      expect(finiteDifferences).toBeLessThan(1e-7);
    }
    expect(
      (await checkGradients(await things.get<PythonObject>("several"), { x })).map(({ passed }) => passed),
    ).toEqual([true]);
  });

  test("finds a wrong one, also where there is no forward derivative", async () => {
    const [check] = await checkGradients(await things.get<PythonObject>("wrong_gradient"), { x });
    expect(check).toMatchObject({ passed: false, dotProduct: null });
    expect(check?.finiteDifferences).toBeCloseTo(1 / 3, 6);
  });

  test("needs numbers of float64", async () => {
    const product = await things.get<PythonObject>("product");
    await expect(checkGradients(product, { x: tensor(Float32Array.of(1)) })).rejects.toMatchObject({ code: "usage" });
  });
});

test.each([
  [["things:product", "--input", "x=2x3,y=3"], 0, /^passed {2}x {2}finite differences .*, dot product .*\npassed {2}y/],
  [["things:wrong_gradient", "--input", "x=4"], 1, /^failed {2}x {2}finite differences 3\.3e-1, no forward derivative/],
  [["things:product"], 2, /expected inputs, got none/],
  [["things", "--input", "x=2"], 2, /expected package\.module:function, got things/],
  [["things:product", "--input", "x"], 2, /expected a name and a shape such as a=2x3, got x/],
])("adsam check-gradients %j", async (words, exitCode, said) => {
  const command = ["dist/cli/main.js", "check-gradients", ...words, "--folder", "test/fixtures/python"];
  const ended = await promisify(execFile)(process.execPath, command).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    ({ code, stdout, stderr }) => ({ code, said: stdout + stderr }),
  );
  expect(ended).toEqual({ code: exitCode, said: expect.stringMatching(said) });
});
