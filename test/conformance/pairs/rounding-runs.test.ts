import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Backend, TorchBackend } from "../../../src/backend.ts";
import { type Port, prove } from "../../../src/conformance/index.ts";
import { gaussian } from "../../../src/conformance/random.ts";
import { open } from "../../../src/open.ts";
import { tensor } from "../../../src/tensor.ts";

const folder = join(import.meta.dirname, "../../fixtures/python");

let candidate: Backend;
let reference: TorchBackend;
beforeAll(async () => {
  candidate = await open({ backend: "tfjs" });
  await candidate.info();
  reference = await open({ backend: "torch", device: "cpu" });
});
afterAll(() => Promise.all([candidate.close(), reference.close()]));

const inputs = ["queries", "keys", "values"];

/** The verdict on attention whose scores are so large that torch's softmax gives one 1 and zeros, and gradients of 0. */
async function verdictAt(scale: number, port: Port) {
  const drawn = inputs.map((name, seed) => {
    const values = Float32Array.from(gaussian(seed + 1, 40), (value) => scale * value);
    return [name, tensor(values, [5, 8])] as const;
  });
  const { cases } = await prove(candidate, reference, {
    folder,
    torch: "saturated:mixed",
    port,
    cases: [{ id: "1", inputs: Object.fromEntries(drawn) }],
    differentiate: inputs,
  });
  return cases[0];
}

type Mixed = (queries: tf.Tensor2D, keys: tf.Tensor2D, values: tf.Tensor2D) => tf.Tensor;

const mixed: Mixed = (queries, keys, values) =>
  tf.matMul(tf.softmax<tf.Tensor2D>(tf.matMul(queries, keys, false, true)), values);

/** The same by a softmax that gives so much where one is left alone, 1 or nearly, and has the derivatives of what it gives. */
const softmaxOf = (one: number): Mixed => {
  const softmax = (scores: tf.Tensor2D) =>
    tf.customGrad((x, save) => {
      const y = tf.mul(tf.softmax(x as tf.Tensor2D), one);
      (save as tf.GradSaveFunc)([y]);
      const gradFunc = (dy: tf.Tensor, [y]: tf.Tensor[]) => {
        const weighted = tf.mul(dy, y as tf.Tensor);
        return tf.sub(weighted, tf.mul(tf.sum(weighted, -1, true), y as tf.Tensor));
      };
      return { value: y, gradFunc };
    })(scores) as tf.Tensor2D;
  return (queries, keys, values) => tf.matMul(softmax(tf.matMul(queries, keys, false, true)), values);
};

/** The same numbers with so much of their gradient. */
const scaledGradient = <T extends tf.Tensor>(x: T, part: number) =>
  tf.customGrad((x) => ({ value: tf.clone(x as T), gradFunc: (dy: tf.Tensor) => tf.mul(dy, part) }))(x) as T;

test("rounding in a kernel is no fault where torch's is exact by luck, whatever the gradients make of it", async () => {
  expect(await verdictAt(2 ** 20, mixed)).toMatchObject({ status: "passed" });
  expect(await verdictAt(2 ** 20, softmaxOf(1 - 2 ** -23))).toMatchObject({ status: "passed" });
});

test.each<[string, Mixed]>([
  ["a softmax that is off by what no rounding explains", softmaxOf(1 - 2 ** -14)],
  ["output off by a part in 100,000", (...given) => tf.mul(mixed(...given), 1 + 1e-5)],
  ["half of the gradient of the values", (q, k, v) => mixed(q, k, scaledGradient(v, 0.5))],
  ["softmax along the other axis", (q, k, v) => tf.matMul(tf.transpose(tf.softmax(tf.matMul(k, q, false, true))), v)],
])("a wrong port does not pass there: %s", async (_, port) => {
  expect(await verdictAt(2 ** 20, port)).toMatchObject({ status: "failed" });
});

test("nor is a gradient excused where it is no rounding: that of the queries forgotten, on usual numbers", async () => {
  const forgotten: Mixed = (q, k, v) => mixed(scaledGradient(q, 0), k, v);
  expect(await verdictAt(1, mixed)).toMatchObject({ status: "passed" });
  expect(await verdictAt(1, forgotten)).toMatchObject({ status: "failed" });
});
