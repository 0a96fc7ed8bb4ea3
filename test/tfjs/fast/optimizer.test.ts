import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "../../../src/tfjs/engine.ts";
import { createOptimizer, type Optimizer } from "../../../src/tfjs/fast/optimizer.ts";

beforeAll(startEngine);

/** torch 2.13.0, float32: torch.optim.Adam(lr=0.01) and torch.optim.SGD(lr=0.01, momentum=0.9) on the same gradients. */
const torch = {
  adam: {
    positions: [
      [0.9900000095367432, -1.9900000095367432, 0.49909090995788574, 0],
      [0.9936610460281372, -1.984614610671997, 0.4916496276855469, 0],
      [0.9933177828788757, -1.9842195510864258, 0.49114087224006653, -0.0006388135370798409],
    ],
    moments: {
      exp_avg: [0.020100001245737076, -0.18800000846385956, 8.000008529052138e-5, 0.699999988079071],
      exp_avg_sq: [0.0001399400207446888, 0.009241757914423943, 1.0090002167117973e-9, 0.049000002443790436],
    },
  },
  sgd: {
    positions: [
      [0.9990000128746033, -1.9700000286102295, 0.5, 0],
      [1.000100016593933, -1.9480000734329224, 0.49998998641967773, 0],
      [0.9998990297317505, -1.946120023727417, 0.49998918175697327, -0.007000000216066837],
    ],
    moments: { momentum_buffer: [0.20100000500679016, -1.8799997568130493, 0.0008000008529052138, 7] },
  },
};

const gradients = [
  { g: [0.1, -3, 1e-9, 0], learningRate: 0.01 },
  { g: [-0.2, 0.5, 1e-3, 0], learningRate: 0.01 },
  { g: [0.3, 0.1, -1e-4, 7], learningRate: 0.001 },
];

let open: tf.Variable[] = [];
afterEach(() => {
  tf.dispose(open);
  open = [];
});

function make(optimizer: "adam" | "sgd", start = [1, -2, 0.5, 0]): [tf.Variable, Optimizer] {
  const parameter = tf.tidy(() => tf.variable(tf.tensor1d(start)));
  open.push(parameter);
  return [parameter, createOptimizer({ optimizer, learningRate: 0.01 }, new Map([["p", parameter]]))];
}

function descend(optimizer: Optimizer, { g, learningRate }: (typeof gradients)[number]): void {
  optimizer.learningRate = learningRate;
  tf.tidy(() => optimizer.step(new Map([["p", tf.tensor1d(g)]])));
}

function expectNear(found: ArrayLike<number>, expected: readonly number[]): void {
  for (const [i, value] of expected.entries())
    expect(found[i]).toBeCloseTo(value, 7 - Math.ceil(Math.log10(Math.abs(value) + 1)));
}

describe.each(["adam", "sgd"] as const)("%s", (name) => {
  test("goes where torch's goes", () => {
    const [parameter, optimizer] = make(name);
    for (const [i, gradient] of gradients.entries()) {
      descend(optimizer, gradient);
      expectNear(parameter.dataSync(), torch[name].positions[i] ?? []);
    }
    tf.tidy(() => {
      const { moments } = optimizer.state();
      expect([...moments.keys()]).toEqual(Object.keys(torch[name].moments));
      for (const [key, values] of Object.entries(torch[name].moments)) {
        expectNear(moments.get(key)?.get("p")?.dataSync() ?? [], values);
      }
    });
    optimizer.dispose();
  });

  test("goes on from its state bit for bit, and leaks nothing", () => {
    const before = tf.memory().numTensors;
    const [whole, first] = make(name);
    for (const gradient of gradients) descend(first, gradient);
    const [part, stopped] = make(name);
    for (const gradient of gradients.slice(0, 2)) descend(stopped, gradient);
    const [again, resumed] = make(name, [...part.dataSync()]);
    tf.tidy(() => resumed.restore(stopped.state()));
    for (const gradient of gradients.slice(2)) descend(resumed, gradient);
    expect(again.dataSync()).toEqual(whole.dataSync());
    for (const optimizer of [first, stopped, resumed]) optimizer.dispose();
    expect(tf.memory().numTensors).toBe(before + 3);
  });
});

test("a parameter without a gradient stays where it is", () => {
  const [parameter, optimizer] = make("adam");
  optimizer.step(new Map());
  expect([...parameter.dataSync()]).toEqual([1, -2, 0.5, 0]);
});

describe.each(["adam", "sgd"] as const)("%s of a large network", (name) => {
  /** More than go into one vector. */
  const sizes = [3_000_000, 3_000_000, 5];

  test("moves each parameter as if there were no other, and hands its moments over", () => {
    const parameters = new Map(sizes.map((size, i) => [`p${i}`, tf.tidy(() => tf.variable(tf.fill([size], i + 1)))]));
    const alone = sizes.map((_, i) => make(name, [i + 1]));
    open.push(...parameters.values());
    const gradientOf = (i: number, step: number) => 0.1 * (i - 1) + 0.01 * step;
    const step = (whole: Optimizer, at: number) => {
      tf.tidy(() => whole.step(new Map(sizes.map((size, i) => [`p${i}`, tf.fill([size], gradientOf(i, at))]))));
      for (const [i, [, one]] of alone.entries()) descend(one, { g: [gradientOf(i, at)], learningRate: 0.01 });
    };
    const first = createOptimizer({ optimizer: name, learningRate: 0.01 }, parameters);
    step(first, 0);
    const state = first.state();
    const second = createOptimizer({ optimizer: name, learningRate: 0.01 }, parameters);
    second.restore(state);
    step(second, 1);
    for (const moments of state.moments.values()) expect([...moments.keys()]).toEqual([...parameters.keys()]);
    for (const [i, parameter] of [...parameters.values()].entries()) {
      const [expected = Number.NaN] = alone[i]?.[0].dataSync() ?? [];
      expect([tf.min(parameter).dataSync()[0], tf.max(parameter).dataSync()[0]]).toEqual([expected, expected]);
    }
    for (const moments of state.moments.values()) tf.dispose([...moments.values()]);
    for (const optimizer of [first, second, ...alone.map(([, one]) => one)]) optimizer.dispose();
  });
});
