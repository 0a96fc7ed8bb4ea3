import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import "../../src/vitest.ts";
import { waveTensor } from "../../src/conformance/formulas.ts";
import { outcome } from "../../src/conformance/index.ts";
import type { TfjsFunction } from "../../src/conformance/pairs/pair.ts";
import type { PortContext } from "../../src/conformance/twins/twin.ts";
import { tensor } from "../../src/tensor.ts";
import type { TorchInputs, TorchMatchOptions } from "../../src/vitest.ts";

type Tensors = Readonly<Record<"x" | "y" | "total" | "input", tf.Tensor>>;

const folder = join(import.meta.dirname, "../fixtures/python");
const x = waveTensor(0, [3, 4]);

const softplus: TfjsFunction<tf.Tensor> = ({ x }) => tf.softplus(input(x));

function input(x: tf.Tensor | undefined): tf.Tensor {
  if (x === undefined) throw new Error("expected an input of that name");
  return x;
}

/** NCHW, through NHWC as TensorFlow.js wants it; `pad` pads the padded axes. */
function correlation(pad: (x: tf.Tensor4D) => tf.Tensor4D): TfjsFunction<tf.Tensor> {
  return function correlate({ x, weight }) {
    const images = tf.transpose(input(x), [0, 2, 3, 1]) as tf.Tensor4D;
    const kernel = tf.transpose(input(weight), [2, 3, 1, 0]) as tf.Tensor4D;
    return tf.transpose(tf.conv2d(pad(images), kernel, 1, "valid"), [0, 3, 1, 2]);
  };
}

const zeros = (x: tf.Tensor4D) => tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]); // biome-ignore format: as pad's pairs read
const mirrored = (x: tf.Tensor4D) => tf.mirrorPad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], "symmetric"); // biome-ignore format: the same
const convolved = { x: waveTensor(1, [2, 3, 6, 6]), weight: waveTensor(2, [4, 3, 3, 3]) };

/** The message with which an expectation fails. */
async function failure(
  of: TfjsFunction<tf.Tensor>,
  target: string,
  inputs: TorchInputs,
  options: TorchMatchOptions = {},
) {
  return expect(of)
    .toMatchTorch(target, inputs, { folder, ...options })
    .then(
      () => "it passed",
      (error: Error) => error.message,
    );
}

describe("functions that compute the same pass", () => {
  test("with gradients", async () => {
    await expect(softplus).toMatchTorch("matching:softplus", { x }, { folder, differentiate: ["x"] });
    await expect(correlation(zeros)).toMatchTorch("matching:correlate", convolved, {
      folder,
      differentiate: ["x", "weight"],
      reductions: { "output.0": 27 },
    });
  });

  test("with several outputs, whole numbers among them", async () => {
    const rows: TfjsFunction<tf.Tensor> = ({ x }) => [tf.sum(input(x), 1), tf.argMax(input(x), 1)];
    await expect(rows).toMatchTorch("matching:rows", { x }, { folder });
  });

  test("on nested numbers, on tensors of TensorFlow.js, and on several sets of inputs", async () => {
    const own = tf.tensor([0.5, -2]);
    await expect(softplus).toMatchTorch("matching:softplus", [{ x: 1 }, { x: [[1, -1]] }, { x: own }], { folder });
    own.dispose();
  });

  test("where NaN is what both give", async () => {
    const root: TfjsFunction<tf.Tensor> = ({ x }) => tf.sqrt(input(x));
    await expect(root).toMatchTorch("matching:square_root", { x: [-1, 4] }, { folder });
  });
});

describe("numbers of each kind are compared as what they are", () => {
  const large = { x: tensor(new Int32Array([2 ** 24 + 1, -(2 ** 31)])) };
  const z = tensor(new Float32Array([1, 2, -3, 0.5, 0, -1]), [3], "complex64");

  test("bools", async () => {
    const unknown: TfjsFunction<tf.Tensor> = ({ input: x }) => tf.isNaN(input(x));
    await expect(unknown).toMatchTorch("torch:isnan", { input: [Number.NaN, 1] });
    const asFloats: TfjsFunction<tf.Tensor> = ({ input: x }) => tf.cast(tf.isNaN(input(x)), "float32");
    expect(await failure(asFloats, "torch:isnan", { input: [1] })).toMatch(
      /output.0: the port gives float32, Python bool/,
    );
    const not: TfjsFunction<tf.Tensor> = ({ input: x }) => tf.logicalNot(input(x));
    await expect(not).toMatchTorch("torch:logical_not", { input: tensor(new Uint8Array([0, 1]), [2], "bool") });
  });

  test("integers, to the last digit", async () => {
    const successor: TfjsFunction<tf.Tensor> = ({ x }) => tf.add(input(x), tf.scalar(1, "int32"));
    await expect(successor).toMatchTorch("matching:successor", large, { folder });
    const same: TfjsFunction<tf.Tensor> = ({ x }) => tf.add(input(x), tf.scalar(0, "int32"));
    expect(await failure(same, "matching:successor", large)).toMatch(/the port gives 16777217, exact is 16777218/);
    const wide = { x: tensor(new BigInt64Array([2n ** 32n])) };
    expect(await failure(successor, "matching:successor", wide)).toMatch(
      /expected integers of 32 bits.*, got 4294967296/,
    );
  });

  test("complex numbers, by both their parts", async () => {
    const fft: TfjsFunction<tf.Tensor> = ({ input: x }) => tf.spectral.fft(input(x));
    await expect(fft).toMatchTorch("torch.fft:fft", { input: z });
    const conjugated: TfjsFunction<tf.Tensor> = ({ input: x }) => {
      const spectrum = tf.spectral.fft(input(x));
      return tf.complex(tf.real(spectrum), tf.neg(tf.imag(spectrum)));
    };
    expect(await failure(conjugated, "torch.fft:fft", { input: z })).toMatch(/output\.0\[\d\]\.imag: the port gives/);
    const parts: TfjsFunction<tf.Tensor> = ({ input: x }) => tf.real(tf.spectral.fft(input(x)));
    expect(await failure(parts, "torch.fft:fft", { input: z })).toMatch(/the port gives float32, Python complex64/);
  });

  test("an input that plays no part has a gradient of zeros on both sides", async () => {
    const first: TfjsFunction<tf.Tensor> = ({ x }) => tf.mul(3, input(x));
    const inputs = { x: [1, 2], y: [3] };
    await expect(first).toMatchTorch("operations:first_of_two", inputs, { folder, differentiate: ["x", "y"] });
  });
});

describe("a function that computes something else fails with a message that says", () => {
  test("which output, where, both values, the tolerance, and what it looks like", async () => {
    const message = await failure(correlation(mirrored), "matching:correlate", convolved);
    expect(message).toMatch(
      /^expected correlate to match matching:correlate\n {2}output\.0\[\d, \d, \d, \d\]: the port gives \S+, exact is/,
    );
    expect(message).toMatch(/relative error \S+ in the largest norm, at most \S+e-7/);
    expect(message).toContain("looks like: only the border: padding");
    expect(message).toMatch(/\n {4}[░▒▓█]····[░▒▓█]\n/);
  });

  test("which gradient, when only that is wrong", async () => {
    const detached: TfjsFunction<tf.Tensor> = ({ x }) => {
      const given = input(x);
      return tf.customGrad(() => ({ value: tf.softplus(given), gradFunc: () => [tf.zerosLike(given)] }))(given);
    };
    const message = await failure(detached, "matching:softplus", { x }, { differentiate: ["x"] });
    expect(message).toMatch(/gradient\.x\[\d, \d\]: the port gives 0, exact is/);
    expect(message).toContain("looks like: all zero");
    expect(message).not.toContain("output.0");
  });

  test.each<[string, TfjsFunction<tf.Tensor>, string, RegExp]>([
    ["another shape", ({ x }) => tf.sum(input(x)), "softplus", /output\.0: the port gives shape \[\], Python \[3,4\]/],
    [
      "another dtype",
      ({ x }) => tf.cast(tf.softplus(input(x)), "int32"),
      "softplus",
      /the port gives int32, Python float32/,
    ],
    ["NaN on one side", ({ x }) => tf.log(input(x)), "softplus", /output\.0\[\d, \d\]: the port gives NaN, Python \d/],
    ["an output too few", ({ x }) => tf.sum(input(x), 1), "rows", /output\.1: the port gives no such tensor/],
    [
      "another number each time",
      ({ x }) => tf.add(input(x), Math.random()),
      "softplus",
      /the port is not deterministic/,
    ],
    [
      "an error of its own",
      () => {
        throw new Error("not written yet");
      },
      "softplus",
      /the port throws: not written yet/,
    ],
    ["an error of Python's", softplus, "refuse", /Python throws: .*no use for \(3, 4\).*; the port does not/],
  ])("%s", async (_, of, name, message) => {
    // biome-ignore format: rows of a table
    expect(await failure(of, `matching:${name}`, { x })).toMatch(message);
  });

  test("which of several sets of inputs", async () => {
    const relu: TfjsFunction<tf.Tensor> = ({ x }) => tf.relu(input(x));
    const check = expect(relu).toMatchTorch("torch:relu", [{ input: [1] }], { folder });
    await expect(check).rejects.toThrow(/the port throws: expected an input of that name/);
  });
});

test("not.toMatchTorch passes for another function", async () => {
  await expect(softplus).not.toMatchTorch("matching:square_root", { x: [1, 4] }, { folder });
});

test("how many terms a number is summed from widens what its rounding may be", async () => {
  // One unit in the last place more than torch, which three roundings of a single number do not explain.
  const off: TfjsFunction<tf.Tensor> = ({ x }) => tf.mul(tf.softplus(input(x)), 1 + 2 ** -20);
  expect(await failure(off, "matching:softplus", { x })).toMatch(/output\.0/);
  expect(await failure(off, "matching:softplus", { x }, { reductions: { "output.0": 64 ** 2 } })).toBe("it passed");
});

describe("what prove judges of a port", () => {
  const to = (name: string, inputs: TorchInputs, options: TorchMatchOptions = {}) =>
    [`proved:${name}`, inputs, { folder, ...options }] as const;

  test("outputs by name, of a named tuple and of a dict with a tuple in it", async () => {
    const losses = ({ x, y }: Tensors) => ({ nll: tf.mean(tf.square(tf.sub(x, y))), kl: tf.sum(tf.abs(x)) });
    await expect(losses).toMatchTorch(...to("losses", { x, y: [1, 2, 3, 4] }, { differentiate: ["x"] }));
    const swapped = (inputs: Tensors) => ({ nll: losses(inputs).kl, kl: losses(inputs).nll });
    await expect(swapped).not.toMatchTorch(...to("losses", { x, y: [1, 2, 3, 4] }));
  });

  test("what is changed in place: arguments, and the state of a module and of a training step", async () => {
    const added = ({ total, x }: Tensors) => {
      const sum = tf.add(total, x);
      return outcome({ output: tf.sum(sum), state: { total: sum } });
    };
    await expect(added).toMatchTorch(...to("accumulate", { total: [1, 2], x: [3, 4] }));
    const forgotten = ({ total, x }: Tensors) => tf.sum(tf.add(total, x));
    const check = expect(forgotten).toMatchTorch(...to("accumulate", { total: [1, 2], x: [3, 4] }));
    await expect(check).rejects.toThrow(/state\.total: the port gives no such tensor/);
  });

  test("functions of classes, with what those are made with, and their parameters' gradients", async () => {
    const forward = ({ input }: Tensors, { state }: PortContext<tf.Tensor>) => {
      const { weight, bias } = state;
      return tf.add(tf.matMul(input as tf.Tensor2D, weight as tf.Tensor2D, false, true), bias as tf.Tensor);
    };
    const asked = { init: { in_features: 4, out_features: 2 }, differentiate: ["input", "state.weight", "state.bias"] };
    await expect(forward).toMatchTorch("torch.nn:Linear", { input: x }, asked);
    const unbiased = (given: Tensors, { state }: PortContext<tf.Tensor>) =>
      forward(given, { state: { ...state, bias: tf.scalar(0) }, draws: {}, sites: {} });
    await expect(unbiased).not.toMatchTorch("torch.nn:Linear", { input: x }, asked);
    const doubled = ({ x }: Tensors) => tf.mul(2, x);
    await expect(doubled).toMatchTorch(...to("Trainer.doubled", { x }));
  });

  test("what Python draws, as data", async () => {
    const masked = ({ input }: Tensors, { draws }: PortContext<tf.Tensor>) =>
      tf.mul(tf.mul(input, draws["dropout.0"] as tf.Tensor), 2);
    await expect(masked).toMatchTorch("torch.nn.functional:dropout", { input: x });
    await expect(({ input }: Tensors) => input).not.toMatchTorch("torch.nn.functional:dropout", { input: x });
  });

  test("drawn inputs, values that are no tensors, arguments in Python's order, typed arrays, async", async () => {
    const rows = async (a: Float32Array, factor: number) => a.map((value) => value * factor);
    const inputs = { x: "float32[4,3]", factor: { plain: 3 } };
    await expect(rows).toMatchTorch(...to("scaled", inputs, { call: "positional", as: "arrays" }));
  });
});

describe("nothing given is ignored", () => {
  const one = { x: 1 };
  test.each<[string, () => Promise<string>, RegExp]>([
    [
      "a misspelt option",
      () => failure(softplus, "matching:softplus", one, { differntiate: ["x"] } as object),
      /^toMatchTorch: unknown field differntiate: did you mean differentiate\?$/,
    ],
    [
      "a reduction of no output",
      () => failure(softplus, "matching:softplus", one, { reductions: { output: 3 } }),
      /^toMatchTorch: reductions: unknown output output: did you mean output\.0\?$/,
    ],
    [
      "a reduction of no count",
      () => failure(softplus, "matching:softplus", one, { reductions: { "output.0": 0 } }),
      /^toMatchTorch: reductions\.output\.0: expected a number /,
    ],
    [
      "a gradient of no input",
      () => failure(softplus, "matching:softplus", one, { differentiate: ["y"] }),
      /^toMatchTorch: differentiate: unknown input y: did you mean x\?$/,
    ],
    [
      "a target that is none",
      () => failure(softplus, "softplus", one),
      /^toMatchTorch: torch: expected "package\.module:function", got "softplus"$/,
    ],
    [
      "no inputs at all",
      () => failure(softplus, "matching:softplus", [] as never),
      /^toMatchTorch: cases: expected a list from 1 elements, got \[\]$/,
    ],
    [
      "what is no function",
      () => failure("softplus" as never, "matching:softplus", one),
      /^toMatchTorch: expected a function, got "softplus"$/,
    ],
    [
      "gradients of typed arrays",
      () => failure(softplus, "matching:softplus", one, { differentiate: ["x"], as: "arrays" }),
      /^toMatchTorch: expected as: "tfjs" with differentiate, since TensorFlow\.js takes the gradients, got "arrays"$/,
    ],
    [
      "a promise where gradients are wanted",
      () => failure((async () => tf.scalar(1)) as never, "matching:softplus", one, { differentiate: ["x"] }),
      /the port: expected a tensor where gradients are wanted, got a promise$/,
    ],
    [
      "a text",
      () => failure((() => "1.5") as never, "matching:softplus", one),
      /the port: output: expected the port to give tensors or numbers, got string$/,
    ],
    [
      "draws of the port's own where Python's count",
      () => failure(() => outcome({ output: tf.scalar(1), draws: { noise: 1 } }) as never, "matching:softplus", one),
      /expected a port that takes Python's draws, got its own: noise$/,
    ],
    [
      "an input that Python does not know",
      () => failure(softplus, "matching:softplus", { y: 1 }),
      /^inputs: Python's function takes no y: did you mean x\?$/,
    ],
    [
      "inputs that neither takes",
      () => failure(softplus, "torch:relu", { inptu: 1 }),
      /^nothing could be compared: Python throws: .*; the port throws: /,
    ],
    [
      "a field beside a plain value",
      () => failure(softplus, "matching:softplus", { x: { plain: 1, dtype: "int64" } } as never),
      /^toMatchTorch: x: unknown field dtype: expected plain$/,
    ],
    [
      "what a function is made with",
      () => failure(softplus, "matching:softplus", one, { init: { width: 3 } }),
      /init: matching:softplus is made of no class, it takes none/,
    ],
    [
      "rows of different lengths",
      () => failure(softplus, "matching:softplus", { x: [[1, 2], [3]] }),
      /^x: expected rows of one length, got 3 numbers for shape \[2,2\]$/,
    ],
    [
      "rows of different lengths that fill a shape",
      () => failure(softplus, "matching:softplus", { x: [[1, 2], [3], [4, 5, 6]] }),
      /^x: expected rows of one length, /,
    ],
    [
      "texts among numbers",
      () => failure(softplus, "matching:softplus", { x: [1, "2"] } as never),
      /^x: expected numbers in rows, got string 2$/,
    ],
    [
      "what holds no numbers",
      () => failure(softplus, "matching:softplus", { x: null } as never),
      /^x: expected a tensor or nested numbers, got null$/,
    ],
  ])("%s", async (_, failed, message) => {
    expect(await failed()).toMatch(message);
  });
});
