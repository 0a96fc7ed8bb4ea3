import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend, TorchBackend } from "../../../src/backend.ts";
import { withErringKernels } from "../../../src/conformance/kernels/erring.ts";
import { type KernelError, kernelErrors } from "../../../src/conformance/kernels/errors.ts";
import { numbers } from "../../../src/conformance/numbers.ts";
import { gaussian } from "../../../src/conformance/random.ts";
import { roundoff } from "../../../src/conformance/tolerance.ts";
import { open } from "../../../src/open.ts";
import { tensor } from "../../../src/tensor.ts";

let twin: Backend;
let torch: TorchBackend;
beforeAll(async () => {
  twin = await open({ backend: "tfjs" });
  await twin.info();
  torch = await open({ backend: "torch", device: "cpu" });
});
afterAll(() => Promise.all([twin.close(), torch.close()]));

const count = 2 ** 17;
const grid = (at: (part: number, i: number) => number) =>
  Float32Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1 : -1) * at(i / count, i));

/** Numbers of all sizes up to 128, half of them evenly up to 12. */
const real = grid((part, i) => (i % 4 < 2 ? 2 ** (37 * part - 30) : 12 * part));
const positive = real.map(Math.abs);
const within = grid((part, i) => (i % 4 < 2 ? 2 ** (-30 * part) : part) * (1 - 2 ** -20));
const above = positive.map((x) => 1 + x);
const moderate = real.map((x) => Math.max(-80, Math.min(19, x))); // beyond, torch's softplus is x itself

interface Measured {
  /** Where the kernel is called. */
  readonly of: (x: tf.Tensor) => tf.Tensor;
  readonly torch: string;
  readonly at: Float32Array;
}

const kernels: Readonly<Record<string, Measured>> = {
  Acos: { of: tf.acos, torch: "torch:acos", at: within },
  Acosh: { of: tf.acosh, torch: "torch:acosh", at: above },
  Asin: { of: tf.asin, torch: "torch:asin", at: within },
  Asinh: { of: tf.asinh, torch: "torch:asinh", at: real },
  Atan: { of: tf.atan, torch: "torch:atan", at: real },
  Atanh: { of: tf.atanh, torch: "torch:atanh", at: within },
  Cos: { of: tf.cos, torch: "torch:cos", at: real },
  Cosh: { of: tf.cosh, torch: "torch:cosh", at: real },
  Elu: { of: tf.elu, torch: "torch.nn.functional:elu", at: real },
  Erf: { of: tf.erf, torch: "torch:erf", at: real },
  Exp: { of: tf.exp, torch: "torch:exp", at: real },
  Expm1: { of: tf.expm1, torch: "torch:expm1", at: real },
  Log: { of: tf.log, torch: "torch:log", at: positive },
  Log1p: { of: tf.log1p, torch: "torch:log1p", at: positive },
  Reciprocal: { of: tf.reciprocal, torch: "torch:reciprocal", at: real },
  Rsqrt: { of: tf.rsqrt, torch: "torch:rsqrt", at: positive },
  Selu: { of: tf.selu, torch: "torch.nn.functional:selu", at: real },
  Sigmoid: { of: tf.sigmoid, torch: "torch:sigmoid", at: real },
  Sin: { of: tf.sin, torch: "torch:sin", at: real },
  Sinh: { of: tf.sinh, torch: "torch:sinh", at: real },
  Softplus: { of: tf.softplus, torch: "torch.nn.functional:softplus", at: moderate },
  Tanh: { of: tf.tanh, torch: "torch:tanh", at: real },
};

/** The largest error in roundoffs, of results that float32 has all digits for. */
function largest(ours: ArrayLike<number>, exact: ArrayLike<number>, { atLeast = 0 }: KernelError): number {
  let worst = 0;
  for (let i = 0; i < exact.length; i++) {
    const size = Math.abs(exact[i] ?? 0);
    if (!(size > 2 ** -120 && size < 2 ** 127.9)) continue;
    worst = Math.max(worst, Math.abs((ours[i] ?? 0) - (exact[i] ?? 0)) / (roundoff * Math.max(size, atLeast)));
  }
  return worst;
}

/** That the table claims what is seen, and not much more. */
function expectClaimed(name: string, seen: number) {
  const claimed = kernelErrors[name]?.roundoffs ?? 0;
  expect(claimed, `${name}: ${seen.toFixed(2)} roundoffs`).toBeGreaterThanOrEqual(seen);
  expect(claimed, `${name}: ${seen.toFixed(2)} roundoffs`).toBeLessThanOrEqual(3 * seen);
}

describe("a kernel is as exact as the table has it", () => {
  test.each(Object.entries(kernels))("%s", async (name, { of, torch: target, at }) => {
    const { outputs } = await torch.call(target, { input: tensor(at) }, { dtype: "float64" });
    const exact = outputs[0];
    if (exact === undefined) throw new Error(`${target} gave nothing`);
    const ours = tf.tidy(() => of(tf.tensor1d(at)).dataSync());
    expectClaimed(name, largest(ours, numbers(exact), kernelErrors[name] ?? { roundoffs: 0 }));
  });

  test("Atan2", () => {
    const [y, x] = [real, Float32Array.from(real).reverse()];
    const ours = tf.tidy(() => tf.atan2(y, x).dataSync());
    const exact = Float64Array.from(y, (one, i) => Math.atan2(one, x[i] ?? 0));
    expectClaimed("Atan2", largest(ours, exact, { roundoffs: 0 }));
  });

  test("Softmax, of rows whose numbers are themselves exact", () => {
    const rows = Array.from({ length: 2000 }, (_, i) => gaussian(i + 1, 16).map((x) => Math.round(64 * x) / 64));
    const exact = rows.flatMap((row) => {
      const sum = row.reduce((total, x) => total + Math.exp(x), 0);
      return [...row.map((x) => Math.exp(x) / sum)];
    });
    const ours = tf.tidy(() => tf.softmax(tf.tensor2d(rows.map((row) => [...row]))).dataSync());
    expectClaimed("Softmax", largest(ours, exact, { roundoffs: 0 }));
  });

  test.each(["Sum", "Mean"])("%s, of few terms and many, centred and not", (name) => {
    let seen = 0;
    for (const n of [8, 64, 1000, 4000, 40_000]) {
      for (const offset of [0, 1]) {
        for (let seed = 1; seed <= Math.min(200, 400_000 / n); seed++) {
          const terms = Float32Array.from(gaussian(seed, n), (x) => offset + x);
          const sum = terms.reduce((total, x) => total + x, 0);
          const size = Math.sqrt(n * (sum * sum + terms.reduce((total, x) => total + x * x, 0)));
          const x = tf.tidy(() => (name === "Sum" ? tf.sum(terms) : tf.mean(terms)).dataSync()[0] ?? 0);
          const error = Math.abs(name === "Sum" ? x - sum : n * x - sum);
          seen = Math.max(seen, error / (roundoff * size));
        }
      }
    }
    expectClaimed(name, seen);
  });

  test("each is measured", () => {
    const measured = [...Object.keys(kernels), "Atan2", "Mean", "Softmax", "Sum"].sort();
    expect(Object.keys(kernelErrors)).toEqual(measured);
  });
});

describe("kernels that err as much as they may", () => {
  const x = Float32Array.of(-2, -0.5, 0.25, 3);
  const gradient = () =>
    tf.tidy(() =>
      tf
        .grad((one) => tf.tanh(one))(tf.tensor1d(x))
        .dataSync(),
    );

  test("move what they give by that, and gradients that are taken of it; afterwards they are themselves", async () => {
    const plain = { value: tf.tidy(() => tf.tanh(x).dataSync()), gradient: gradient() };
    const [value, moved] = await withErringKernels(tf, 0, async () => [
      tf.tidy(() => tf.tanh(x).dataSync()),
      gradient(),
    ]);
    for (const [i, y] of plain.value.entries()) {
      expect(((value?.[i] ?? 0) - y) / (8 * roundoff * y)).toBeCloseTo(1, 0);
      const expected = -2 * y * y * 8 * roundoff; // d(1 - y^2)
      expect(((moved?.[i] ?? 0) - (plain.gradient[i] ?? 0)) / expected).toBeCloseTo(1, 0);
    }
    expect(tf.tidy(() => tf.tanh(x).dataSync())).toEqual(plain.value);
  });

  test("are put back where what runs throws", async () => {
    const before = tf.getKernel("Tanh", tf.getBackend());
    const failing = withErringKernels(tf, 1, () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    expect(tf.getKernel("Tanh", tf.getBackend())).toBe(before);
  });

  test("leave alone what is as exact as torch's, and whole numbers", async () => {
    const both = () => tf.tidy(() => [tf.square(x).dataSync(), tf.sum(tf.tensor1d([1, 2, 3], "int32")).dataSync()]);
    expect(await withErringKernels(tf, 1, async () => both())).toEqual(both());
  });
});
