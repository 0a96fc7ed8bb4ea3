import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { open, outcome, type PatchOptions, type PythonObject, type Tensor, tensor } from "../../src/index.ts";

const folder = "test/fixtures/python/moved";
const backend = await open({ backend: "torch", device: "cpu" });
let program: PythonObject;
beforeAll(async () => {
  program = await backend.import("program", { folder });
});
afterAll(() => backend.close());

interface Elbo {
  readonly logits: tf.Tensor2D;
  readonly labels: tf.Tensor1D;
  readonly kl: tf.Tensor;
  readonly beta: number;
}

function elbo({ logits, labels, kl, beta }: Elbo): tf.Tensor {
  const picked = tf.sum(tf.mul(tf.oneHot(labels, 3), tf.logSoftmax(logits)), 1);
  return tf.add(tf.mul(-2, tf.mean(picked)), tf.mul(beta, kl));
}

test("native: the program trains by the TypeScript function and its gradients, wherever it had imported it", async () => {
  const before = await program.method<number[]>("train", 4);
  let counted = 0;
  const counting = (values: Elbo) => {
    counted += 1;
    return elbo(values);
  };
  {
    await using patch = await backend.patch("losses:elbo", counting, { folder });
    expect(patch.places).toEqual(expect.arrayContaining(["losses:elbo", "program:elbo"]));
    expect(patch.held).toEqual(["program:LOSSES", "program:prepared"]);
    const now = await program.method<number[]>("train", 4);
    for (const [i, loss] of now.entries()) expect(loss).toBeCloseTo(before[i] ?? 0, 5);
    expect((await patch.report()).calls).toBe(4);
    expect(counted).toBe(8); // a second time for its gradients
  }
  expect(await program.method("train", 4)).toEqual(before);
  expect(counted).toBe(8);
});

test("native: what a module holds reaches its method, and gradients its parameters", async () => {
  interface Scale {
    readonly self: {
      readonly parameters: { readonly weight: tf.Tensor };
      readonly attributes: { readonly factor: number; readonly shape: readonly number[]; readonly settings: unknown };
    };
    readonly x: tf.Tensor;
  }
  const seen: unknown[] = [];
  const before = await program.method<Tensor[]>("through", 3);
  const scale = ({ self: { parameters, attributes }, x }: Scale) => {
    seen.push([...attributes.shape], attributes.settings);
    return tf.mul(tf.mul(x, parameters.weight), attributes.factor);
  };
  await using _ = await backend.patch("losses:Scale.forward", scale, { folder });
  expect(await program.method("through", 3)).toEqual(before);
  expect(seen.slice(0, 2)).toEqual([[2, 3], { offsets: [0, [1.5, null]] }]);
});

test("native: a function that writes to what it is given is refused, since Python would not see it", async () => {
  const counting = ({ self, x }: { self: { attributes: { factor: number } }; x: tf.Tensor }) => {
    self.attributes.factor += 1;
    return tf.clone(x);
  };
  const adding = ({ self, x }: { self: { attributes: { settings: { offsets: unknown[] } } }; x: tf.Tensor }) => {
    self.attributes.settings.offsets.push(1);
    return tf.clone(x);
  };
  for (const [native, place] of [
    [counting, "self.attributes.factor"],
    [adding, "self.attributes.settings.offsets.2"],
  ] as const) {
    await using _ = await backend.patch("losses:Scale.forward", native as never, { folder });
    await expect(program.method("through", 3)).rejects.toThrow(
      `expected a native function that leaves its arguments as they are, got one that changes ${place}`,
    );
  }
});

test("native: what Python's function changes in place is written back, or the call fails", async () => {
  const losses = await backend.import("losses", { folder });
  const bump = ({ x }: { x: tf.Tensor }) => {
    const next = tf.add(x, 1);
    return outcome({ output: next, state: { x: next } });
  };
  {
    await using _ = await backend.patch("losses:bump_", bump, { folder });
    expect(await losses.method("bumped", 3)).toEqual(tensor(Float32Array.of(1, 2, 3)));
    await expect(losses.method("bumped", 3, true)).rejects.toThrow("expected no changes in place where Python wants");
  }
  for (const [native, message] of [
    [({ x }: { x: tf.Tensor }) => tf.add(x, 1), /Python changes x in place \(line \d+\), the native function does not/],
    [({ x }: { x: tf.Tensor }) => outcome({ output: x, state: { y: x } }), /there is no tensor y among the arguments/],
    [() => outcome({ output: null, state: { x: tf.zeros([2]) } }), /expected x of shape \[3\], got \[2\]/],
  ] as const) {
    await using _ = await backend.patch("losses:bump_", native, { folder });
    await expect(losses.method("bumped", 3)).rejects.toThrow(message);
  }
});

test("native: lists, numbers and whole numbers come back as Python has them", async () => {
  const losses = await backend.import("losses", { folder });
  const x = { dtype: "float64", shape: [4], data: Float64Array.of(1, 4, 3, 2) } as const;
  const before = await losses.method("split", x);
  const split = ({ x: all, parts }: { x: tf.Tensor1D; parts: number }) => [
    tf.split(all, parts),
    { size: tf.sum(all).dataSync()[0], best: tf.argMax(all) },
  ];
  await using _ = await backend.patch("losses:split", split, { folder });
  expect(await losses.method("split", x)).toEqual(before);
});

test("both: agreement is silent, a departure an error with the element", async () => {
  const before = await program.method<number[]>("train", 2);
  {
    await using _ = await backend.patch("losses:elbo", elbo, { folder, mode: "both" });
    expect(await program.method("train", 2)).toEqual(before);
  }
  const wrong = (values: Elbo) => tf.add(elbo(values), tf.mul(1e-4, values.kl));
  await using _ = await backend.patch("losses:elbo", wrong, { folder, mode: "both" });
  await expect(program.method("train", 2)).rejects.toMatchObject({
    code: "departed",
    message: expect.stringMatching(/^losses:elbo: output: the native function gives .*, exact is/),
  });
});

test("both: a gradient that is forgotten is told", async () => {
  const forgotten = (values: Elbo) => elbo({ ...values, kl: tf.tensor(values.kl.dataSync(), []) });
  await using _ = await backend.patch("losses:elbo", forgotten, { folder, mode: "both" });
  await expect(program.method("train", 1)).rejects.toMatchObject({
    code: "departed",
    message: expect.stringContaining("gradient.kl"),
  });
});

test("shadow: each planted departure in a sampled call is recorded, with what was given", async () => {
  const wrong = ({ a, b }: { a: tf.Tensor2D; b: tf.Tensor2D }) => tf.mul(tf.matMul(a, b), 1.001);
  const shadow = { rate: 1, budget: 1, pending: 1000 };
  await using patch = await backend.patch("losses:matrix", wrong, { folder, mode: "shadow", shadow });
  await program.method("many", 110, 10);
  const report = await patch.report();
  expect(report).toMatchObject({ calls: 110, sampled: 110, compared: 110, stopped: null, unrecorded: 0 });
  expect(report.departures.length).toBe(100);
  expect(report.departures[0]?.comparisons[0]?.message).toMatch(/^output\[0, 0\]: the native function gives 1.00/);
});

test("shadow: what the budget does not allow is left out, and said", async () => {
  const right = ({ a, b }: { a: tf.Tensor2D; b: tf.Tensor2D }) => tf.matMul(a, b);
  await using patch = await backend.patch("losses:matrix", right, { folder, mode: "shadow", shadow: { rate: 1 } });
  await program.method("many", 110, 0);
  const { sampled, compared, overBudget } = await patch.report();
  expect(sampled).toBeGreaterThan(0);
  expect(compared).toBe(sampled);
  expect(overBudget).toBe(110 - sampled);
  expect(overBudget).toBeGreaterThan(55);
});

test("shadow: a call that does not fit is refused by Python's own function", async () => {
  await using patch = await backend.patch("losses:elbo", elbo, { folder, mode: "shadow", shadow: { rate: 1 } });
  const losses = await backend.import("losses", { folder });
  await expect(losses.method("elbo", 1)).rejects.toThrow("elbo() missing 2 required positional arguments");
  expect(await patch.report()).toMatchObject({ calls: 1, sampled: 0, failed: 1 });
});

test("shadow: a function that draws is held to how far its own runs differ, and the program draws what it drew", async () => {
  const before = await program.method("draw", 5);
  await using patch = await backend.patch("losses:noisy", ({ x }: { x: tf.Tensor }) => tf.clone(x), {
    folder,
    mode: "shadow",
    shadow: { rate: 1, budget: 1, again: 1 },
  });
  expect(await program.method("draw", 5)).toEqual(before);
  const report = await patch.report();
  expect(report.draws).toBe(true);
  expect(report.noise.output).toBeGreaterThan(0.01);
});

test.each([
  ["losses.elbo", {}, 'expected "module:function" or "module:Class.method", got "losses.elbo"'],
  ["losses:elb", {}, "there is no elb in losses"],
  ["losses:Scale", {}, "expected losses:Scale to be a function or method that returns, got a class"],
  ["losses:numbers", {}, "expected losses:numbers to be a function or method that returns, got a generator"],
  ["torch.nn.functional:relu", {}, /which other programs share$/],
  ["losses:elbo", { mode: "native", shadow: {} }, /with mode "shadow" alone/],
  ["losses:elbo", { moed: "both" }, /moed/],
])("%s %o is refused", async (target, options, message) => {
  await expect(backend.patch(target, elbo, { folder, ...options } as PatchOptions)).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(message),
  });
});

test("a promise where gradients are wanted, and a second patch, are refused", async () => {
  await using _ = await backend.patch("losses:elbo", async (values: Elbo) => elbo(values), { folder });
  await expect(program.method("train", 1)).rejects.toMatchObject({ message: expect.stringContaining("got a promise") });
  await expect(backend.patch("losses:elbo", elbo, { folder })).rejects.toMatchObject({
    message: "losses:elbo is patched already",
  });
});
