import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rightPorts } from "../../../scripts/right-ports/functions.ts";
import { scaledGradient, scaledPort, sweep } from "../../../scripts/right-ports/sweep.ts";
import type { Backend, TorchBackend } from "../../../src/backend.ts";
import { open } from "../../../src/open.ts";

let candidate: Backend;
let reference: TorchBackend;
beforeAll(async () => {
  candidate = await open({ backend: "tfjs" });
  await candidate.info();
  reference = await open({ backend: "torch", device: "cpu" });
});
afterAll(() => Promise.all([candidate.close(), reference.close()]));

const ports = rightPorts(tf);
const some = (...names: string[]) => ports.filter(({ torch }) => names.includes(torch.split(":")[1] ?? ""));

/** Those whose kernels TensorFlow has the least exact; `npm run ports` takes all. */
const hard = some("erf", "tanh", "sum", "mean", "gelu", "softplus", "asin", "log1p");

describe("a right port passes on five draws of thousands of numbers, with gradients", () => {
  test.each(hard)("$torch", async (one) => {
    expect(await sweep(candidate, reference, one, [100, 40])).toEqual({ passed: 5, of: 5, messages: [] });
  });
});

describe("a port that is off by one part in 100,000 does not", () => {
  test.each(hard)("$torch", async (one) => {
    const scaled = { ...one, port: scaledPort(tf, one.port) };
    expect(await sweep(candidate, reference, scaled, [100, 40])).toMatchObject({ passed: 0, of: 5 });
  });

  test.each(hard)("$torch, its gradients alone", async (one) => {
    const scaled = { ...one, port: scaledGradient(tf, one.port) };
    expect(await sweep(candidate, reference, scaled, [1000])).toMatchObject({ passed: 0, of: 5 });
  });
});

describe("nor do errors of kernels excuse", () => {
  const one = (name: string) => {
    const [found] = some(name);
    if (found === undefined) throw new Error(`there is no port of ${name}`);
    return found;
  };

  test("a port that makes more of them than torch's code: exp(x) - 1 near 0", async () => {
    const near = { ...one("expm1"), input: (x: number) => x / 2 ** 20 };
    expect(await sweep(candidate, reference, near, [1000])).toMatchObject({ passed: 5 });
    const port = (x: tf.Tensor) => tf.sub(tf.exp(x), 1);
    expect(await sweep(candidate, reference, { ...near, port }, [1000])).toMatchObject({ passed: 0 });
  });

  test("another approximation, right to four digits", async () => {
    const port = (x: tf.Tensor) => {
      const inner = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.pow(x, 3))));
      return tf.mul(tf.mul(0.5, x), tf.add(1, tf.tanh(inner)));
    };
    expect(await sweep(candidate, reference, { ...one("gelu"), port }, [1000])).toMatchObject({ passed: 0 });
  });
});
