import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  AdsamError,
  keywords,
  open,
  type PythonObject,
  type Tensor,
  type TorchBackend,
  tensor,
} from "../../src/index.ts";
import { pythonOperation } from "../../src/tfjs/index.ts";
import { sharedFolder } from "../temporary.ts";

const source = `
import os
import time
import torch
from torch import nn

def energy(x, y):
    return (x.sin() * y).sum()

def parts(x):
    return x.exp(), (2 * x).sum(), x > 0

def scaled(x, factor=1.0):
    return factor * x

def ema_(old, new):
    old.mul_(0.5).add_(new, alpha=0.5)

def ask(function):
    return function(1)

def die():
    os._exit(3)

def slow():
    time.sleep(0.3)

def text():
    return "text"

class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 2).double()
        nn.init.constant_(self.linear.weight, 0.5)
        nn.init.constant_(self.linear.bias, 0.25)

    def forward(self, x):
        return self.linear(x.double()).tanh()
`;

const folder = sharedFolder();
writeFileSync(join(folder, "physics.py"), source);

const x = tensor(Float64Array.of(0.5, -1, 2));
const y = tensor(Float64Array.of(3, 4, 5));

let backend: TorchBackend;
let twin: AsyncDisposable;
let physics: PythonObject;
beforeAll(async () => {
  twin = await open({ backend: "tfjs" });
  await (twin as Awaited<ReturnType<typeof open>>).info();
  backend = await open({ backend: "torch" });
  physics = await backend.import("physics", { folder });
}, 120_000);
afterAll(async () => {
  await backend.close();
  await twin[Symbol.asyncDispose]();
});

const synchronous = async (name: string) => (await physics.get<PythonObject>(name)).synchronous();
const operation = async (name: string) => pythonOperation(await synchronous(name));

describe("what blocks", () => {
  test("values, keywords, attributes and methods are there at once", async () => {
    const scaled = await synchronous("scaled");
    expect(scaled.call<Tensor>(x, keywords({ factor: 2 })).data).toEqual(Float64Array.of(1, -2, 4));
    expect(scaled.get("__name__")).toBe("scaled");
    const module = await physics.synchronous();
    expect(module.method<Tensor>("scaled", x).data).toEqual(x.data);
  });

  test("tensors that do not fit into a message cross by files", async () => {
    const scaled = await synchronous("scaled");
    const large = tensor(new Float32Array(1 << 18).fill(1.5));
    expect(scaled.call<Tensor>(large, 2).data).toEqual(new Float32Array(1 << 18).fill(3));
  });

  test("what Python changed in place is changed here", async () => {
    const old = tensor(Float64Array.of(1, 1, 1));
    (await synchronous("ema_")).call(old, y);
    expect(old.data).toEqual(Float64Array.of(2, 2.5, 3));
  });

  test("the pullback gives v^T J", async () => {
    const at = (await synchronous("energy")).vjp<Tensor>(x, y);
    const { inputs } = at.pullback(2);
    at.dispose();
    expect(inputs[1]?.data).toEqual(Float64Array.from(x.data, (value) => 2 * Math.sin(Number(value))));
  });

  test("exceptions are Python's, and Python goes on", async () => {
    const energy = await synchronous("energy");
    expect(() => energy.call(x)).toThrow("missing 1 required positional argument");
    expect(energy.call<Tensor>(x, y).shape).toEqual([]);
  });

  test("a function of TypeScript's cannot be called meanwhile", async () => {
    const ask = await synchronous("ask");
    expect(() => ask.call((value: number) => value + 1)).toThrow("while TypeScript blocks");
    expect(await physics.method("ask", (value: number) => value + 1)).toBe(2);
  });

  test("a busy Python is not asked: it may wait for this thread", async () => {
    const scaled = await synchronous("scaled");
    const slow = physics.method("slow");
    expect(() => scaled.call(x)).toThrow("expected Python to be at rest");
    await slow;
    expect(scaled.call<Tensor>(x).data).toEqual(x.data);
  });

  test("a function that Python calls may ask, as long as Python waits for it", async () => {
    const scaled = await synchronous("scaled");
    expect(await physics.method("ask", () => Number(scaled.call<Tensor>(x, 3).data[0]))).toBe(1.5);
    const within = async () => {
      const slow = physics.method("slow");
      expect(() => scaled.call(x)).toThrow("at rest");
      await slow;
      return Number(scaled.call<Tensor>(x, 4).data[0]);
    };
    expect(await physics.method("ask", within)).toBe(2);
  });

  test("options that could not act are refused", async () => {
    const scaled = await physics.get<PythonObject>("scaled");
    await expect(scaled.with({ signal: new AbortController().signal }).synchronous()).rejects.toThrow("no signal");
    await expect(scaled.with({ onOutput: () => {} }).synchronous()).rejects.toThrow("no onOutput");
  });

  test("a Python that dies is an error within the call, and a closed backend says so", async () => {
    await using other = await open({ backend: "torch" });
    const module = await other.import("physics", { folder });
    const die = await (await module.get<PythonObject>("die")).synchronous();
    expect(() => die.call()).toThrow(expect.objectContaining({ code: "crashed" }));
    await expect(module.names()).rejects.toThrow(AdsamError);
    expect(() => die.call()).toThrow(expect.objectContaining({ code: "crashed" }));
    await using third = await open({ backend: "torch" });
    const again = await third.import("physics", { folder });
    const scaled = await (await again.get<PythonObject>("scaled")).synchronous();
    await third.close();
    expect(() => scaled.call(x)).toThrow(expect.objectContaining({ code: "closed" }));
  }, 60_000);
});

describe("an operation of Python's in TensorFlow.js", () => {
  const point = () => [tf.tensor1d([0.5, -1, 2]), tf.tensor1d([3, 4, 5])] as const;

  test("its value, and its gradient in the middle of others", async () => {
    const energy = await operation("energy");
    const native = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(tf.sin(a), b));
    const around = (f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor) => (a: tf.Tensor, b: tf.Tensor) =>
      tf.square(f(tf.mul(a, 3), tf.exp(b)));
    const [a, b] = point();
    expect(energy(a, b).dataSync()[0]).toBeCloseTo(native(a, b).dataSync()[0] ?? Number.NaN, 5);
    const crossing = tf.grads(around(energy))([a, b]);
    const all = tf.grads(around(native))([a, b]);
    for (const [i, gradient] of crossing.entries()) {
      const expected = Array.from(all[i]?.dataSync() ?? []);
      const relative = Array.from(gradient.dataSync(), (value, j) => value / (expected[j] ?? Number.NaN) - 1);
      expect(Math.max(...relative.map(Math.abs))).toBeLessThan(2e-6);
    }
  });

  test("several outputs, of which some have no derivative or are not used", async () => {
    const parts = pythonOperation<readonly tf.Tensor[]>(await synchronous("parts"));
    const [a] = point();
    const [exponential, sum, positive] = parts(a);
    expect([exponential?.shape, sum?.shape, positive?.dtype]).toEqual([[3], [], "bool"]);
    const [gradient] = tf.grads((value) => tf.sum(parts(value)[0] ?? value))([a]);
    const error = tf.max(tf.abs(tf.sub(gradient ?? a, tf.exp(a))));
    expect(error.dataSync()[0]).toBeLessThan(1e-6);
  });

  test("a module's parameters are told theirs", async () => {
    const layer = await (await physics.get<PythonObject>("Layer")).call<PythonObject>();
    let told: Readonly<Record<string, Tensor>> = {};
    const forward = pythonOperation(await layer.synchronous(), {
      onParameters: (gradients) => {
        told = gradients;
      },
    });
    tf.grads((value) => tf.sum(forward(value)))([tf.tensor2d([[1, 2, 3]])]);
    const slope = 1 - Math.tanh(3.25) ** 2;
    expect(Object.keys(told)).toEqual(["linear.weight", "linear.bias"]);
    expect(told["linear.bias"]?.data[0]).toBeCloseTo(slope, 12);
    expect(told["linear.weight"]?.data[2]).toBeCloseTo(3 * slope, 12);
  });

  test("what it cannot do is said", async () => {
    const energy = await operation("energy");
    const [a, b] = point();
    const twice = tf.grad((value) => tf.sum(tf.grad((inner) => energy(inner, b))(value)));
    expect(() => twice(a)).toThrow("expected first derivatives");
    const text = await operation("text");
    expect(() => text()).toThrow("gives a tensor or a list of them, got string");
    const scaled = await operation("scaled");
    expect(() => tf.grad((value) => tf.sum(scaled(tf.complex(value, value))))(a)).toThrow("complex");
  });
});
