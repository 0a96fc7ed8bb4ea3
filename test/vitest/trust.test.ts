import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import "../../src/vitest.ts";
import type { TfjsFunction } from "../../src/conformance/pairs/pair.ts";
import { gaussian } from "../../src/conformance/random.ts";
import { tensor } from "../../src/tensor.ts";

const folder = join(import.meta.dirname, "../fixtures/python");
type Unary = (x: tf.Tensor) => tf.Tensor;
const port =
  (of: Unary): TfjsFunction<tf.Tensor> =>
  ({ input, x }) =>
    of((input ?? x) as tf.Tensor);

function drawn(seed: number) {
  return tensor(
    Float32Array.from(gaussian(seed, 12), (value) => 2 * value),
    [3, 4],
  );
}

describe("a wrong port does not pass", () => {
  const firstColumn = (x: tf.Tensor, value: number) =>
    tf.concat([tf.fill([x.shape[0] ?? 0, 1], value), tf.slice(x, [0, 1])], 1);

  test.each([[[1]], [[1, 2, 3]], [[1, 1, 1]], [[0.5, 1, 1.5]]])("zeros for floor, of %j", async (input) => {
    await expect(port(tf.floor)).toMatchTorch("torch:floor", { input });
    await expect(port(tf.zerosLike)).not.toMatchTorch("torch:floor", { input });
  });

  test("everything doubled beside -1e9", async () => {
    const x = drawn(1);
    await expect(port((x) => firstColumn(tf.mul(2, x), -1e9))).toMatchTorch("hiding:masked", { x }, { folder });
    await expect(port((x) => firstColumn(tf.mul(4, x), -1e9))).not.toMatchTorch("hiding:masked", { x }, { folder });
  });

  test("999 added beside 1e10", async () => {
    const x = drawn(1);
    await expect(port((x) => firstColumn(x, 1e10))).toMatchTorch("hiding:beside", { x }, { folder });
    const added = port((x) => firstColumn(tf.add(x, 999), 1e10));
    await expect(added).not.toMatchTorch("hiding:beside", { x }, { folder });
    await expect(expect(added).toMatchTorch("hiding:beside", { x }, { folder })).rejects.toThrow(
      /output\.0\[\d, \d\]: the port gives \S+, exact is \S+ \(error \S+, at most \S+ of this element/,
    );
  });

  test("the real part alone, and a gradient that was forgotten", async () => {
    const input = tensor(new Float32Array([1, 2, -3, 0.5, 0, -1]), [3], "complex64");
    const real = port((x) => tf.complex(tf.real(x), tf.zerosLike(tf.real(x))));
    await expect(real).not.toMatchTorch("torch:clone", { input });
    const detached = port((x) => tf.customGrad(() => ({ value: tf.exp(x), gradFunc: () => [tf.zerosLike(x)] }))(x));
    await expect(detached).not.toMatchTorch("torch:exp", { input: [1, 2] }, { differentiate: ["input"] });
  });
});

const functions: Readonly<Record<string, Unary>> = {
  "torch:abs": tf.abs,
  "torch:ceil": tf.ceil,
  "torch:cos": tf.cos,
  "torch:cosh": tf.cosh,
  "torch:erf": tf.erf,
  "torch:exp": tf.exp,
  "torch:expm1": tf.expm1,
  "torch:floor": tf.floor,
  "torch:isfinite": tf.isFinite,
  "torch:isnan": tf.isNaN,
  "torch:log": tf.log,
  "torch:log1p": tf.log1p,
  "torch:mean": (x) => tf.mean(x),
  "torch:neg": tf.neg,
  "torch:prod": (x) => tf.prod(x),
  "torch:reciprocal": tf.reciprocal,
  "torch:relu": tf.relu,
  "torch:round": tf.round,
  "torch:rsqrt": tf.rsqrt,
  "torch:sigmoid": tf.sigmoid,
  "torch:sign": tf.sign,
  "torch:sin": tf.sin,
  "torch:sinh": tf.sinh,
  "torch:sqrt": tf.sqrt,
  "torch:square": tf.square,
  "torch:sum": (x) => tf.sum(x),
  "torch:tan": tf.tan,
  "torch:tanh": tf.tanh,
  "torch:atan": tf.atan,
  "torch:asinh": tf.asinh,
  "torch:flatten": (x) => tf.reshape(x, [-1]),
  "torch:t": (x) => tf.transpose(x),
  "torch:max": (x) => tf.max(x),
  "torch:min": (x) => tf.min(x),
  "torch.nn.functional:elu": tf.elu,
  "torch.nn.functional:leaky_relu": (x) => tf.leakyRelu(x, 0.01),
  "torch.nn.functional:relu6": tf.relu6,
  "torch.nn.functional:selu": tf.selu,
  "torch.nn.functional:softplus": tf.softplus,
  "torch.nn.functional:silu": (x) => tf.mul(x, tf.sigmoid(x)),
};

test.each(Object.entries(functions))("a right port of %s passes, on five draws", async (target, of) => {
  const sets = [1, 2, 3, 4, 5].map((seed) => ({ input: drawn(seed) }));
  await expect(port(of)).toMatchTorch(target, sets);
});
