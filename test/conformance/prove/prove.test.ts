import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Backend, TorchBackend } from "../../../src/backend.ts";
import { outcome, type Port, type ProveOptions, prove } from "../../../src/conformance/index.ts";
import { numbers } from "../../../src/conformance/numbers.ts";
import { array } from "../../../src/interop/kinds.ts";
import { open } from "../../../src/open.ts";
import { encodeSafetensors } from "../../../src/safetensors.ts";
import { type Tensor, tensor } from "../../../src/tensor.ts";
import { temporaryFolder } from "../../temporary.ts";

const folder = join(import.meta.dirname, "../../fixtures/python");
const ports = join(import.meta.dirname, "../../fixtures/ports/proved.ts");

let candidate: Backend;
let reference: TorchBackend;
beforeAll(async () => {
  candidate = await open({ backend: "tfjs" });
  await candidate.info(); // makes TensorFlow.js ready for the tests' own tensors
  reference = await open({ backend: "torch", device: "cpu" });
});
afterAll(() => Promise.all([candidate.close(), reference.close()]));

const x = "float32[4,3]";

function proved(torch: string, port: Port | string, options: Omit<ProveOptions, "torch" | "port"> = {}) {
  return prove(candidate, reference, { folder, torch: `proved:${torch}`, port, ...options });
}

/** What each case came to, by its name. */
async function verdicts(...given: Parameters<typeof proved>) {
  const { cases } = await proved(...given);
  return Object.fromEntries(cases.map(({ id, status }) => [id, status]));
}

/** The one case, or the first that is not passed. */
async function verdict(...given: Parameters<typeof proved>) {
  const { cases } = await proved(...given);
  return cases.find(({ status }) => status !== "passed") ?? cases[0];
}

describe("a right port passes", () => {
  test("on draws and on edges, each of its own name, and leaves no tensor behind", async () => {
    const before = tf.memory().numTensors;
    const found = await verdicts("scaled", (a: tf.Tensor, factor = 2) => tf.mul(a, factor), {
      inputs: { x },
      differentiate: ["x"],
    });
    expect(found).toEqual(
      Object.fromEntries(
        "draw-1 draw-2 draw-3 zeros ties small large denormals one-element zero-size"
          .split(" ")
          .map((id) => [id, "passed"]),
      ),
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  test("with what it returns by name: a named tuple, a dataclass, a dict with a tuple in it", async () => {
    const losses = (a: tf.Tensor, b: tf.Tensor) => ({ nll: tf.losses.meanSquaredError(b, a), kl: tf.sum(tf.abs(a)) });
    expect(await verdict("losses", losses, { inputs: { x, y: x } })).toMatchObject({ status: "passed" });
    const moments = (a: tf.Tensor) => ({ mean: tf.mean(a, 0), count: a.shape[0] });
    expect(await verdict("moments", moments, { inputs: { x }, edges: false })).toMatchObject({ status: "passed" });
    const report = (a: tf.Tensor2D) => ({ largest: tf.max(a), ends: [a.slice(0, 1).flatten(), a.slice(3).flatten()] });
    const found = await verdict("report", report, { inputs: { x }, edges: false, differentiate: ["x"] });
    expect(found).toMatchObject({ status: "passed" });
    expect(found?.comparisons?.map((one) => one.tensor)).toEqual([
      "output.largest",
      "output.ends.0",
      "output.ends.1",
      "gradient.x",
    ]);
  });

  test("by name, on typed arrays, on numbers in rows, on tensors of this package, and async", async () => {
    const given = { inputs: { x, factor: 3 } };
    const byName = ({ x: a, factor }: { x: tf.Tensor; factor: number }) => tf.mul(a, factor);
    expect(await verdict("scaled", byName, { ...given, call: "named" })).toMatchObject({ status: "passed" });
    const arrays = (a: Float32Array, factor: number) => a.map((value) => value * factor);
    expect(await verdict("scaled", arrays, { ...given, as: "arrays" })).toMatchObject({ status: "passed" });
    const rows = (a: number[][], factor: number) => a.map((row) => row.map((value) => value * factor));
    expect(await verdict("scaled", rows, { ...given, as: "rows" })).toMatchObject({ status: "passed" });
    const own = async (a: Tensor, factor: number) =>
      tensor(
        Float32Array.from(numbers(a), (v) => v * factor),
        a.shape,
      );
    expect(await verdict("scaled", own, { ...given, as: "tensors" })).toMatchObject({ status: "passed" });
  });

  test("of a TypeScript file, which is read again when it has changed", async () => {
    expect(await verdict("scaled", `${ports}#doubled`, { inputs: { x } })).toMatchObject({ status: "passed" });
    const path = join(await temporaryFolder(), "port.ts");
    const text = (factor: number) =>
      `export const port = (x: Float32Array): Float32Array => x.map((v) => v * ${factor});`;
    const found = () => verdict("scaled", `${path}#port`, { inputs: { x }, as: "arrays", edges: false });
    await writeFile(path, text(2));
    expect(await found()).toMatchObject({ status: "passed" });
    await writeFile(path, text(3));
    expect(await found()).toMatchObject({ status: "failed" });
  });

  test("and the wrong one beside it does not", async () => {
    const found = await verdict("scaled", `${ports}#tripled`, { inputs: { x } });
    expect(found).toMatchObject({ status: "failed", suite: "proved:scaled" });
    expect(found?.message).toMatch(/^output\.0\[\d, \d\]: the port gives \S+, exact is \S+ \(relative error 5\.0e-1/);
  });
});

test("on the cases of a file, on recorded calls, and on cases of one's own", async () => {
  const own = await temporaryFolder();
  const path = join(own, "cases.json");
  await writeFile(path, JSON.stringify([{ id: "rows", inputs: { x: [[1, 2]], factor: 3 } }]));
  const port = (a: tf.Tensor, factor: number) => tf.mul(a, factor);
  expect(await verdicts("scaled", port, { cases: path })).toEqual({ rows: "passed" });
  const call = { module: "proved", function: "scaled", arguments: { x: { $tensor: "x" }, factor: 3 } };
  await writeFile(join(own, "1.json"), JSON.stringify({ ...call, arguments: { x: { $unkept: "Sparse" } } }));
  await writeFile(join(own, "2.json"), JSON.stringify(call));
  await writeFile(join(own, "2.safetensors"), encodeSafetensors({ x: tensor(Float32Array.of(1, -2)) }));
  await rm(path);
  expect(await verdicts("scaled", port, { calls: own })).toEqual({ 1: "unsupported", 2: "passed" });
  const cases = [{ id: "mine", inputs: { x: "float32[2]", factor: 2 } }];
  expect(await verdicts("scaled", port, { cases })).toEqual({ mine: "passed" });
});

describe("what Python computes in is said", () => {
  test("float64 where it can, without a word", async () => {
    expect((await verdict("scaled", `${ports}#scaled`, { inputs: { x } }))?.note).toBeUndefined();
  });

  test("with its casts widened where it asks for float32 by name", async () => {
    const port = (a: tf.Tensor) => tf.exp(a);
    const found = await verdict("rounded_inside", port, { inputs: { x }, edges: false });
    expect(found).toMatchObject({
      status: "passed",
      note: "the code casts to float32: judged by float64 with its casts widened",
    });
  });

  test("float32 where it takes nothing else, which a wrong port does not pass", async () => {
    const inputs = { x };
    const found = await verdict("narrow", (a: tf.Tensor) => tf.tanh(a), { inputs });
    expect(found).toMatchObject({
      status: "passed",
      note: expect.stringMatching(/float64 is refused \(.*float32 only/),
    });
    const off = (a: tf.Tensor) => tf.mul(tf.tanh(a), 1 + 2 ** -16);
    expect(await verdict("narrow", off, { inputs })).toMatchObject({ status: "failed" });
    const insisted = proved("narrow", (a: tf.Tensor) => tf.tanh(a), { inputs, dtype: "float64" });
    await expect(insisted).rejects.toThrow(/^dtype: expected code that takes float64: .*float32 only/);
  });
});

test("where Python throws on an edge the port throws too, or nothing is said of it", async () => {
  const softmax = (a: tf.Tensor) => tf.softmax(a);
  const found = await verdict("softmax_rows", softmax, { inputs: { x } });
  expect(found).toMatchObject({
    id: "zero-size",
    status: "unsupported",
    message: expect.stringMatching(/^Python throws: .*nothing to normalise/),
  });
  const strict = (a: tf.Tensor) => {
    if (a.size === 0) throw new Error("nothing");
    return tf.softmax(a);
  };
  expect(await verdicts("softmax_rows", strict, { inputs: { x } })).toMatchObject({ "zero-size": "passed" });
});

describe("what Python changes in place is compared", () => {
  test("arguments, handed back or written to", async () => {
    const inputs = { total: "float32[3]", x: "float32[3]" };
    const handing = (total: tf.Tensor, a: tf.Tensor) => {
      const sum = tf.add(total, a);
      return outcome({ output: tf.sum(sum), state: { total: sum } });
    };
    expect(await verdict("accumulate", handing, { inputs, differentiate: ["x"] })).toMatchObject({ status: "passed" });
    const writing = (total: Float32Array, a: Float32Array) => {
      for (const [i, value] of a.entries()) total[i] = (total[i] ?? 0) + value;
      return total.reduce((sum, value) => sum + value, 0);
    };
    expect(await verdict("accumulate", writing, { inputs, as: "arrays" })).toMatchObject({ status: "passed" });
    const silent = (total: tf.Tensor, a: tf.Tensor) => tf.sum(tf.add(total, a));
    expect(await verdict("accumulate", silent, { inputs })).toMatchObject({
      message: "state.total: the port gives no such tensor",
    });
  });

  test("arguments that Python leaves as they were and the port moves: by as much as rounding may", async () => {
    const port = (by: number) => (a: tf.Tensor) =>
      outcome({ output: tf.sum(a), state: { x: tf.add(tf.mul(a, 0.3), tf.mul(a, by)) } });
    expect(await verdict("settled", port(0.7), { inputs: { x } })).toMatchObject({ status: "passed" });
    expect(await verdict("settled", port(0.8), { inputs: { x } })).toMatchObject({
      message: expect.stringMatching(/^state\.x\[\d, \d\]: the port gives /),
    });
  });

  test("numpy's arrays, which stay what they are beside tensors", async () => {
    const entropy = (of: tf.Tensor, weights: tf.Tensor) => {
      const predictions = tf.where(tf.equal(of, 0), 1, of);
      const output = tf.mul(tf.neg(tf.sum(tf.mul(predictions, tf.log(predictions)), -1)), weights);
      return outcome({ output, state: { predictions } });
    };
    const predictions = array(tensor(Float64Array.of(0, 0.5, 0.25, 0.25), [2, 2]));
    const cases = [{ id: "one", inputs: { predictions, weights: tensor(Float32Array.of(1, 2)) } }];
    expect(await verdict("entropy_", entropy, { cases })).toMatchObject({ status: "passed" });
    await expect(proved("entropy_", entropy, { cases, differentiate: ["predictions"] })).rejects.toMatchObject({
      code: "usage",
      message: "differentiate: predictions is a numpy array, without gradient",
    });
  });

  type State = { readonly state: Readonly<Record<string, tf.Tensor>> };
  const part = (state: State["state"], name: string) => state[name] ?? tf.scalar(Number.NaN);

  const dense =
    (unbiased: number) =>
    (a: tf.Tensor2D, { state }: State) => {
      const hidden = tf.add(
        tf.matMul(a, part(state, "linear.weight") as tf.Tensor2D, false, true),
        part(state, "linear.bias"),
      );
      const { mean, variance } = tf.moments(hidden, 0);
      const n = a.shape[0];
      const moved = (name: string, to: tf.Tensor) => tf.add(tf.mul(0.9, part(state, name)), tf.mul(0.1, to));
      const normal = tf.div(tf.sub(hidden, mean), tf.sqrt(tf.add(variance, 1e-5)));
      return outcome({
        output: tf.add(tf.mul(normal, part(state, "norm.weight")), part(state, "norm.bias")),
        state: {
          "norm.running_mean": moved("norm.running_mean", mean),
          "norm.running_var": moved("norm.running_var", tf.mul(variance, n / (n - unbiased))),
          "norm.num_batches_tracked": tf.add(part(state, "norm.num_batches_tracked"), tf.scalar(1, "int32")),
        },
      });
    };

  test("buffers of a module, whose parameters the port is given and whose gradients are compared", async () => {
    const options = { inputs: { x }, init: { width: 3 }, edges: false, differentiate: ["x", "state.linear.weight"] };
    const found = await verdict("Dense", dense(1), options);
    expect(found).toMatchObject({ status: "passed" });
    expect(found?.comparisons?.map((one) => one.tensor)).toEqual([
      "output.0",
      "gradient.x",
      "gradient.state.linear.weight",
      "state.norm.running_mean",
      "state.norm.running_var",
      "state.norm.num_batches_tracked",
    ]);
    expect(await verdict("Dense", dense(0), options)).toMatchObject({
      status: "failed",
      message: expect.stringMatching(/^state\.norm\.running_var\[\d\]: the port gives/),
    });
  });

  const step =
    (momentum: number) =>
    (a: tf.Tensor2D, { state }: State) => {
      const names = ["model.weight", "model.bias"];
      const loss = (weight: tf.Tensor, bias: tf.Tensor) =>
        tf.mean(tf.square(tf.add(tf.matMul(a, weight as tf.Tensor2D, false, true), bias))) as tf.Scalar;
      const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => part(state, name)));
      const next = names.flatMap((name, i) => {
        const velocity = tf.mul(momentum, grads[i] ?? value);
        return [
          [name, tf.sub(part(state, name), tf.mul(0.1, velocity))],
          [`optimizer.${name}.momentum_buffer`, velocity],
        ];
      });
      return outcome({ output: value, state: Object.fromEntries(next) });
    };

  test("parameters and moments of a training step", async () => {
    const options = { inputs: { x }, init: { width: 3 }, edges: false };
    const found = await verdict("Trainer.step", step(1), options);
    expect(found).toMatchObject({ status: "passed" });
    expect(found?.comparisons?.map((one) => one.tensor)).toEqual([
      "output.0",
      "state.model.weight",
      "state.model.bias",
      "state.optimizer.model.weight.momentum_buffer",
      "state.optimizer.model.bias.momentum_buffer",
    ]);
    expect(await verdict("Trainer.step", step(0.9), options)).toMatchObject({ status: "failed" });
    expect(await verdict("Trainer.doubled", `${ports}#doubled`, { inputs: { x } })).toMatchObject({ status: "passed" });
  });
});

describe("what Python draws is given to the port by name", () => {
  type Drawn = {
    readonly draws: Readonly<Record<string, tf.Tensor>>;
    readonly sites: Readonly<Record<string, string>>;
  };
  const sites = new Set<string>();
  const noisy = (a: tf.Tensor, { draws, sites: lines }: Drawn) => {
    for (const [name, line] of Object.entries(lines)) sites.add(`${name} ${line.replace(/.*\//, "")}`);
    const draw = (name: string) => draws[name] ?? tf.scalar(Number.NaN);
    const hidden = tf.add(tf.mul(tf.mul(a, 2), draw("dropout.0")), draw("randn_like.0"));
    return [tf.mul(hidden, draw("uniform.0")), draw("randperm.0")];
  };

  test("and says where", async () => {
    const found = await verdict("noisy", noisy, { inputs: { x }, differentiate: ["x"] });
    expect(found).toMatchObject({ status: "passed" });
    expect([...sites]).toEqual([
      expect.stringMatching(/^dropout\.0 proved\.py:\d+$/),
      expect.stringMatching(/^randn_like\.0 proved\.py:\d+$/),
      expect.stringMatching(/^uniform\.0 proved\.py:\d+$/),
      expect.stringMatching(/^randperm\.0 proved\.py:\d+$/),
    ]);
  });

  test("by whatever function or method it draws, each call by itself", async () => {
    const port = (a: tf.Tensor, { draws }: Drawn) => {
      const draw = (name: string) => draws[name] ?? tf.scalar(Number.NaN);
      const kept = tf.mul(draw("bernoulli.0"), draw("rand.0"));
      const shifted = tf.add(tf.mul(kept, a), draw("randn.0"));
      return tf.add(shifted, tf.mul(draw("normal.0"), draw("randn.1")));
    };
    expect(await verdict("drawn_in_many_ways", port, { inputs: { x }, differentiate: ["x"] })).toMatchObject({
      status: "passed",
    });
  });

  test("and a port that draws for itself does not pass", async () => {
    const own = (a: tf.Tensor) => [tf.randomNormal(a.shape), tf.tensor1d([0, 1, 2, 3], "int32")];
    expect(await verdict("noisy", own, { inputs: { x } })).toMatchObject({
      status: "failed",
      message: expect.stringMatching(/the port is not deterministic/),
    });
  });
});

test("or Python draws what the port has drawn", async () => {
  const drawing = (forgotten: boolean) => (a: tf.Tensor) => {
    const [mask, noise, factor] = [tf.cast(tf.greater(tf.randomUniform(a.shape), 0.5), "float32"), tf.randomNormal(a.shape), tf.randomUniform(a.shape)]; // biome-ignore format: as Python draws them
    const order = tf.tensor1d([2, 0, 3, 1], "int32");
    const output = [tf.mul(tf.add(tf.mul(tf.mul(a, 2), mask), noise), factor), order];
    const draws = { "dropout.0": mask, "randn_like.0": noise, "uniform.0": factor };
    return outcome({ output, draws: forgotten ? draws : { ...draws, "randperm.0": order } });
  };
  const options = { inputs: { x }, differentiate: ["x"], draws: "port" } as const;
  const found = await verdict("noisy", drawing(false), options);
  expect(found, found?.message).toMatchObject({ status: "passed" });
  await expect(proved("noisy", drawing(true), options)).rejects.toThrow(
    /^draws: expected randperm\.0 of the port, which Python draws at .*proved\.py:\d+$/,
  );
  await expect(proved("noisy", drawing(false), { inputs: { x } })).resolves.toMatchObject({
    cases: expect.arrayContaining([
      expect.objectContaining({ message: expect.stringMatching(/expected a port that takes Python's draws/) }),
    ]),
  });
});

describe("at a kink the derivative of either side will do", () => {
  const cases = [{ id: "kink", inputs: { x: tensor(Float32Array.of(0, -1, 2, 2, 0)) } }];
  /** With these derivatives of abs at 0 and of max where two are equal; elsewhere with the only ones. */
  const kinked = (atZero: readonly [number, number], ofMax: readonly [number, number]) => (a: tf.Tensor) =>
    tf.customGrad((...given: (tf.Tensor | tf.GradSaveFunc)[]) => {
      const x = given[0] as tf.Tensor;
      const gradFunc = (dy: tf.Tensor) => {
        const ofAbs = tf.where(tf.equal(x, 0), tf.tensor1d([atZero[0], 0, 0, 0, atZero[1]]), tf.sign(x));
        const largest = tf.cast(tf.equal(x, tf.max(x)), "float32");
        const share = tf.where(tf.equal(tf.sum(largest), 2), tf.tensor1d([0, 0, ...ofMax, 0]), largest);
        return tf.mul(dy, tf.add(ofAbs, share));
      };
      return { value: tf.add(tf.sum(tf.abs(x)), tf.max(x)), gradFunc };
    })(a);
  const found = (...[atZero, ofMax]: Parameters<typeof kinked>) =>
    verdict("kinked", kinked(atZero, ofMax), { cases, differentiate: ["x"] });

  test("each number to its own side, and each is named", async () => {
    const report = await found([-1, 1], [0, 1]);
    expect(report).toMatchObject({ status: "passed" });
    expect(report?.note).toBe("a kink decides gradient.x[0], gradient.x[2], gradient.x[3], gradient.x[4]");
    expect(await found([0, 0], [0.5, 0.5])).toMatchObject({ status: "passed" }); // as torch has it
  });

  test("and what no side has does not", async () => {
    expect(await found([-1, 3], [0, 1])).toMatchObject({ status: "failed" });
    expect(await found([-1, 1], [1, 1])).toMatchObject({ status: "failed" });
    expect(await found([-1, 1], [0, 0])).toMatchObject({ status: "failed" });
  });

  test("nor what is nearly a side's", async () => {
    expect(await found([-1, 1.0001], [0, 1])).toMatchObject({ status: "failed" });
    expect(await found([-1, 1.00001], [0, 1])).toMatchObject({ status: "failed" });
    const off = (a: tf.Tensor) => tf.mul(kinked([-1, 1], [0, 1])(a), 1.0005);
    expect(await verdict("kinked", off, { cases, differentiate: ["x"] })).toMatchObject({ status: "failed" });
  });
});

describe("what no port could have right is not asked of it", () => {
  const within = (x: tf.Tensor) => tf.cast(tf.logicalAnd(tf.greaterEqual(x, 0), tf.lessEqual(x, 1)), "float32");
  /** Whose gradient goes through as far as it is told. */
  const quantized = (through: (x: tf.Tensor) => tf.Tensor) =>
    tf.customGrad((...given: (tf.Tensor | tf.GradSaveFunc)[]) => {
      const x = given[0] as tf.Tensor;
      const value = tf.div(tf.round(tf.mul(tf.clipByValue(x, 0, 1), 8)), 8);
      return { value, gradFunc: (dy: tf.Tensor) => tf.mul(dy, through(x)) };
    });

  test("denormal numbers, which TensorFlow takes for 0, and which a comparison decides by", async () => {
    const options = { inputs: { x }, differentiate: ["x"] };
    const { cases } = await proved("quantized", quantized(within), options);
    expect(cases.filter(({ status }) => status !== "passed")).toEqual([]);
    expect(cases.filter(({ note }) => note !== undefined)).toEqual([
      expect.objectContaining({
        id: "denormals",
        note: "TensorFlow takes denormal numbers for 0: judged by what is right for 0",
      }),
    ]);
    const twiceAtZero = (x: tf.Tensor) => tf.add(within(x), tf.cast(tf.equal(x, 0), "float32"));
    const wrong = await verdicts("quantized", quantized(twiceAtZero), options);
    expect(wrong).toMatchObject({ "draw-1": "passed", zeros: "failed", denormals: "failed" });
  });

  test("which of equal numbers is first: the lower index, where torch leaves it open", async () => {
    const accuracy = (reversed: boolean) => (logits: tf.Tensor2D, target: tf.Tensor1D) => {
      const found = tf.topk(reversed ? tf.reverse(logits, 1) : logits, 2).indices;
      const best = reversed ? tf.sub(4, found) : found;
      const correct = tf.cast(tf.equal(best, tf.expandDims(target, 1)), "float32");
      return [1, 2].map((k) => tf.div(tf.sum(tf.slice(correct, [0, 0], [-1, k])), target.shape[0]));
    };
    const inputs = { logits: "float32[6,5]", target: "int64[6]%5" };
    const { cases } = await proved("accuracy", accuracy(false), { inputs });
    expect(cases.filter(({ status }) => status === "failed")).toEqual([]);
    expect(cases.find(({ id }) => id === "zeros")?.note).toMatch(
      /; torch leaves open which of equal numbers topk has first: judged by the lower index$/,
    );
    expect(cases.find(({ id }) => id === "draw-1")?.note).not.toMatch(/equal numbers/);
    expect(await verdicts("accuracy", accuracy(true), { inputs })).toMatchObject({
      "draw-1": "passed",
      zeros: "failed",
    });
  });
});

test("a promise that nobody settles fails its case once it was waited for", async () => {
  const inputs = { x: { plain: tensor(Float32Array.of(1, 2)) } };
  const found = await verdict("scaled", () => new Promise(() => {}), { inputs, patience: 20 });
  expect(found?.message).toBe("the port: its promise is not settled after 20 ms");
});

test("elements that are NaN on both sides are counted, and inputs that are not negative have none", async () => {
  const rooted = async (input: string) => (await proved("root", tf.sqrt, { inputs: { x: input } })).cases[0];
  expect(await rooted("float32[4,3]")).toMatchObject({
    status: "passed",
    note: expect.stringMatching(/^NaN on both sides: [1-9] of 12 elements of output\.0$/),
  });
  expect((await rooted("float32[4,3]>=0"))?.note).toBeUndefined();
});

test("a gross error is told after as many runs as a right port takes", async () => {
  const counted = async (factor: number) => {
    let calls = 0;
    const port = (a: tf.Tensor) => {
      calls += 1;
      return tf.mul(a, factor);
    };
    const began = performance.now();
    const found = await verdict("scaled", port, { inputs: { x: "float32[40,30]" }, edges: false });
    return { status: found?.status, calls, time: performance.now() - began };
  };
  await counted(2); // the first is slower
  const [right, wrong] = [await counted(2), await counted(2.5)];
  expect(right).toMatchObject({ status: "passed", calls: 6 });
  expect(wrong).toMatchObject({ status: "failed", calls: 6 });
});

describe("what is wrong with the question is said, and nothing is ignored", () => {
  test("an output that is NaN in every case is not proved by another, and nothing at all is no proof", async () => {
    const wrong = (a: tf.Tensor) => ({ a: tf.mul(NaN, a), b: tf.mul(2, a) });
    const beside = proved("half_told", wrong, { inputs: { x }, edges: false });
    await expect(beside).rejects.toThrow("nothing of output.a could be compared: it is NaN in every case");
    const nothing = proved("silent", () => undefined, { inputs: { x } });
    await expect(nothing).rejects.toThrow("nothing could be compared: there is nothing to compare");
    const shaped = proved("rooted", () => 1, { inputs: { x: "float32[4,]" } });
    await expect(shaped).rejects.toThrow("expected lengths such as [4,3], got an empty one in float32[4,]");
    const parts = { output: 1, arguments: {} };
    expect(() => outcome(parts)).toThrow("outcome: expected output, state and draws, got arguments");
  });

  test("numbers of which none is finite prove nothing, whatever the edges come to", async () => {
    const wrong = proved("rooted", (a: tf.Tensor) => tf.sqrt(tf.sub(-2, tf.square(a))), { inputs: { x } });
    await expect(wrong).rejects.toThrow("nothing could be compared: Python gives nothing but NaN and infinity");
  });

  const port = (a: tf.Tensor) => a;
  test.each<[string, () => Promise<unknown>, string | RegExp]>([
    [
      "a misspelt option",
      () => proved("scaled", port, { inputs: { x }, differntiate: ["x"] } as object),
      "prove: unknown field differntiate: did you mean differentiate?",
    ],
    [
      "an input that the function does not take",
      () => proved("scaled", port, { inputs: { x, facor: 2 } }),
      "inputs: Python's function takes no facor: did you mean factor?",
    ],
    ["an input that lacks", () => proved("losses", port, { inputs: { x } }), "inputs: expected y, got x"],
    [
      "a gradient of no input",
      () => proved("scaled", port, { inputs: { x }, differentiate: ["y"] }),
      "prove: differentiate: unknown input y: did you mean x?",
    ],
    [
      "inputs and cases at once",
      () => proved("scaled", port, { inputs: { x }, cases: [{ id: "1", inputs: {} }] }),
      /^prove: expected one of inputs, cases and calls, got "inputs and cases"$/,
    ],
    [
      "gradients of typed arrays",
      () => proved("scaled", port, { inputs: { x }, differentiate: ["x"], as: "arrays" }),
      /^prove: expected as: "tfjs" with differentiate, .*got "arrays"$/,
    ],
    [
      "a dtype that is none",
      () => proved("scaled", port, { inputs: { x: "flaot32[3]" } }),
      /^expected a dtype, got flaot32 in flaot32\[3\]: did you mean float32\?$/,
    ],
    [
      "a port that is not there",
      () => proved("scaled", `${ports}#scale`),
      /expected a function scale, got no such export/,
    ],
    ["a port that is no function", () => proved("scaled", `${ports}#inside`), /expected a function inside, got object/],
    ["a file that is not there", () => proved("scaled", "nowhere.ts#scaled"), /nowhere\.ts/],
    ["a target that is not there", () => proved("scald", port, { inputs: { x } }), /there is no function scald in/],
    ["a class that is no module", () => proved("Trainer", port, { inputs: { x } }), "proved:Trainer is a class"],
    ["init of a function", () => proved("scaled", port, { inputs: { x }, init: { n: 1 } }), /^init: proved:scaled/],
  ])("%s", async (_, refused, message) => {
    await expect(refused()).rejects.toThrow(message);
  });

  test("a promise where gradients are wanted", async () => {
    const later = async (a: tf.Tensor) => tf.mul(a, 2);
    expect(await verdict("scaled", later, { inputs: { x }, edges: false })).toMatchObject({ status: "passed" });
    expect(await verdict("scaled", later, { inputs: { x }, differentiate: ["x"] })).toMatchObject({
      status: "failed",
      message: expect.stringContaining("expected a tensor where gradients are wanted, got a promise"),
    });
  });

  test("a Python file that has changed since it was imported", async () => {
    const own = await temporaryFolder();
    const text = (factor: number) => `def changing(x):\n    return x * ${factor}\n`;
    await writeFile(join(own, "changing_module.py"), text(2));
    const found = () => proved("", port, { torch: "changing_module:changing", folder: own, inputs: { x } } as object);
    await found();
    await writeFile(join(own, "changing_module.py"), text(3));
    await expect(found()).rejects.toThrow(/changing_module\.py has changed since Python imported it/);
  });
});

describe("of research code as it is", () => {
  const code = `
import sys
import torch
from torch import nn

class Config:
    width = 2

class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.linear = nn.Linear(config.width, config.width)
        own = self.linear
        self.inner = lambda x: own(x)
    def forward(self, x):
        return self.inner(x).cuda() * float(sys.argv[1])

def block(width=2):
    config = Config()
    config.width = width
    return Block(config)

def outer(x):
    return 2 * inner(x)

def inner(x):
    return x.exp()
`;
  let program: { folder: string; argv: string[]; cuda: "served" };
  beforeEach(async () => {
    program = { folder: await temporaryFolder(), argv: ["3"], cuda: "served" };
    await writeFile(join(program.folder, "researched.py"), code);
  });

  interface Context {
    readonly state: { readonly "linear.weight": tf.Tensor2D; readonly "linear.bias": tf.Tensor1D };
  }
  const block = (a: tf.Tensor2D, { state }: Context) =>
    tf.mul(3, tf.add(tf.matMul(a, state["linear.weight"], false, true), state["linear.bias"]));
  const inputs = { x: "float32[4,3]" };

  test("which takes arguments and insists on CUDA, made by a function of one's own, parts in a closure included", async () => {
    const asked = { torch: "researched:Block.forward", make: "researched:block", init: { width: 3 }, port: block };
    const differentiate = ["x", "state.linear.weight"];
    const report = await prove(candidate, reference, { ...program, ...asked, inputs, differentiate, edges: false });
    expect(report).toMatchObject({ passed: 3, failed: 0 });
    expect(report.cases[0]?.note).toBeUndefined(); // in float64: the closure computes with the copy
  });

  test("what makes the object is to make the right one, and nothing else is made", async () => {
    const asked = { ...program, make: "researched:Config", port: block, inputs };
    await expect(prove(candidate, reference, { ...asked, torch: "researched:Block.forward" })).rejects.toThrow(
      "make: expected a function that gives a Block for researched:Block.forward, got a Config",
    );
    await expect(prove(candidate, reference, { ...asked, torch: "researched:inner" })).rejects.toThrow(
      "make: researched:inner is made of no class, it takes none",
    );
  });

  test("past what is patched: a port is not held against itself", async () => {
    const wrong = ({ x: a }: { x: tf.Tensor }) => tf.square(a);
    await using _ = await reference.patch("researched:inner", wrong, program);
    for (const [name, port] of [
      ["inner", (a: tf.Tensor) => tf.exp(a)],
      ["outer", (a: tf.Tensor) => tf.mul(2, tf.exp(a))],
    ] as const) {
      const asked = { ...program, torch: `researched:${name}`, inputs, edges: false };
      expect(await prove(candidate, reference, { ...asked, port })).toMatchObject({ passed: 3 });
      const same = (a: tf.Tensor) => tf.mul(name === "outer" ? 2 : 1, wrong({ x: a }));
      expect(await prove(candidate, reference, { ...asked, port: same })).toMatchObject({ failed: 3 });
    }
  });
});
