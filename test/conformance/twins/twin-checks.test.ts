import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../../../src/backend.ts";
import { conform, type FunctionPair, outcome, type PortContext } from "../../../src/conformance/index.ts";
import { open } from "../../../src/open.ts";
import { temporaryFolder } from "../../temporary.ts";

let candidate: Backend;
let reference: Backend;
beforeAll(async () => {
  candidate = await open({ backend: "tfjs" });
  await candidate.info();
  reference = await open({ backend: "torch", device: "cpu" });
});
afterAll(() => Promise.all([candidate.close(), reference.close()]));

const folder = join(import.meta.dirname, "../../fixtures/python");
const x = { seed: 1, shape: [4, 3] };

type Twin = Omit<FunctionPair<tf.Tensor>, "name" | "folder">;

async function verdict(twin: Twin, name = "twin") {
  const { cases } = await conform(candidate, reference, { pairs: [{ name, folder, ...twin }] });
  return cases[0];
}

const compared = async (twin: Twin) => (await verdict(twin))?.comparisons?.map(({ tensor }) => tensor);

/** An input that is there. */
function of(inputs: Readonly<Record<string, tf.Tensor>>, name: string): tf.Tensor {
  const found = inputs[name];
  if (found === undefined) throw new Error(`expected ${name}`);
  return found;
}

const linear = (inputs: Readonly<Record<string, tf.Tensor>>, { state }: PortContext<tf.Tensor>) =>
  tf.add(
    tf.matMul(of(inputs, "input") as tf.Tensor2D, of(state, "weight") as tf.Tensor2D, false, true),
    of(state, "bias"),
  );

describe("a twin is judged as prove judges a port", () => {
  test("a module, by what it is made with, with the gradients of its parameters", async () => {
    const twin: Twin = {
      torch: "torch.nn:Linear",
      init: { in_features: 3, out_features: 2 },
      tfjs: linear,
      differentiate: ["input", "state.weight"],
      cases: [{ id: "1", inputs: { input: x } }],
    };
    expect(await compared(twin)).toEqual(["output.0", "gradient.input", "gradient.state.weight"]);
    expect(await verdict(twin)).toMatchObject({ suite: "pairs", id: "twin-1", backend: "tfjs", status: "passed" });
    const unbiased: Twin["tfjs"] = (inputs, context) =>
      linear(inputs, { ...context, state: { ...context.state, bias: tf.scalar(0) } });
    expect(await verdict({ ...twin, tfjs: unbiased })).toMatchObject({ status: "failed" });
  });

  test("outputs by name, what is changed in place, and what is drawn", async () => {
    const losses: Twin["tfjs"] = (inputs) => {
      const [a, b] = [of(inputs, "x"), of(inputs, "y")];
      return { nll: tf.mean(tf.square(tf.sub(a, b))), kl: tf.sum(tf.abs(a)) };
    };
    const cases = [{ id: "", inputs: { x, y: x } }];
    expect(await compared({ torch: "proved:losses", tfjs: losses, cases })).toEqual(["output.nll", "output.kl"]);
    const added: Twin["tfjs"] = (inputs) => {
      const total = tf.add(of(inputs, "total"), of(inputs, "x"));
      return outcome({ output: tf.sum(total), state: { total } });
    };
    const sums = [{ id: "1", inputs: { total: x, x } }];
    expect(await compared({ torch: "proved:accumulate", tfjs: added, cases: sums })).toEqual([
      "output.0",
      "state.total",
    ]);
    const masked: Twin["tfjs"] = (inputs, { draws }) => tf.mul(tf.mul(of(inputs, "input"), of(draws, "dropout.0")), 2);
    const dropout: Twin = {
      torch: "torch.nn.functional:dropout",
      tfjs: masked,
      cases: [{ id: "1", inputs: { input: x } }],
    };
    expect(await verdict(dropout)).toMatchObject({ status: "passed" });
  });

  test("values that are no tensors, and arguments in Python's order as typed arrays", async () => {
    const scaled = (a: Float32Array, factor: number) => a.map((value) => value * factor);
    const twin: Twin = {
      torch: "proved:scaled",
      tfjs: scaled as never,
      call: "positional",
      as: "arrays",
      cases: [{ id: "1", inputs: { x, factor: { plain: 3 } } }],
    };
    expect(await verdict(twin)).toMatchObject({ status: "passed" });
  });
});

describe("what does not fit together is refused", () => {
  const twin: Twin = { torch: "proved:scaled", tfjs: (inputs) => of(inputs, "x"), cases: [{ id: "1", inputs: { x } }] };

  test.each<[string, object, RegExp]>([
    [
      "gradients of typed arrays",
      { differentiate: ["x"], as: "arrays" },
      /^pairs\.0: expected as: "tfjs" with differentiate/,
    ],
    ["a word that is none", { draws: "prot" }, /^pairs\.0: draws: expected "python" or "port", got "prot"$/],
    ["what is made of no class", { init: { width: 3 } }, /^init: proved:scaled is made of no class/],
  ])("%s", async (_, more, message) => {
    await expect(verdict({ ...twin, ...more })).rejects.toThrow(message);
  });

  test("a twin that gives a promise where gradients are wanted fails by that", async () => {
    const promised: Twin = { ...twin, differentiate: ["x"], tfjs: async (inputs) => of(inputs, "x") };
    expect(await verdict(promised)).toMatchObject({
      status: "failed",
      message: "the port: expected a tensor where gradients are wanted, got a promise",
    });
  });

  test("a file that makes tensors where nobody has TensorFlow.js ready", async () => {
    const file = join(await temporaryFolder(), "early.mjs");
    await writeFile(file, 'throw new Error("No backend found in registry.");\n');
    await expect(conform(reference, reference, { pairs: file })).rejects.toMatchObject({
      code: "file",
      suggestion: expect.stringContaining("TensorFlow.js is not ready"),
    });
  });
});
