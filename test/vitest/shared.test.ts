import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { failures, projectWith, runVitest } from "./project.ts";

const files = 20;

/** Notes each Python that imports it. */
const python = `
import pathlib
import torch

with (pathlib.Path(__file__).parent / "imports.txt").open("a") as file:
    file.write("once\\n")


def scaled(x, factor):
    return torch.tanh(x) * factor


def refuse(x):
    raise ValueError("no use for it")
`;

const matching = `
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import "adversarial-sampling/vitest";

const folder = import.meta.dirname;
const scaled = ({ x, factor }) => tf.mul(tf.tanh(x), factor);

test("values and gradients", async () => {
  const inputs = { x: "float32[4,3]", factor: { plain: 2 } };
  await expect(scaled).toMatchTorch("shared:scaled", inputs, { folder, differentiate: ["x"] });
  await expect(({ x }) => tf.tanh(x)).not.toMatchTorch("shared:scaled", inputs, { folder });
});

test("state, of a module", async () => {
  const linear = ({ input }, { state }) => tf.add(tf.matMul(input, state.weight, false, true), state.bias);
  const init = { in_features: 3, out_features: 2 };
  await expect(linear).toMatchTorch("torch.nn:Linear", { input: "float32[4,3]" }, { init });
});

test("what Python says", async () => {
  const check = expect(scaled).toMatchTorch("shared:refuse", { x: 1 }, { folder });
  await expect(check).rejects.toThrow(/Python throws: .*no use for it/);
  await expect(expect(scaled).toMatchTorch("shared:none", { x: 1 }, { folder })).rejects.toThrow(/no .*none/);
});
`;

/** vitest's own defaults, but for the pool. */
const config = (pool: string) => `
export default { test: { pool: "${pool}", globalSetup: ["adversarial-sampling/vitest-setup"] } };
`;

test.each(["forks", "threads", "vmThreads"])(
  "twenty files at once share a Python that starts once: %s",
  async (pool) => {
    const named = Array.from({ length: files }, (_, i) => [`file-${i}.test.ts`, matching] as const);
    const sources = { "vitest.config.js": config(pool), "shared.py": python, ...Object.fromEntries(named) };
    const folder = await projectWith(sources);
    const report = await runVitest(folder, 280_000);
    expect(failures(report)).toEqual([]);
    expect(report).toMatchObject({ success: true, numPassedTests: 3 * files });
    expect(await readFile(join(folder, "imports.txt"), "utf8")).toBe("once\n");
  },
  300_000,
);

test("without it, a test that has less time than Python takes says so, and what to do", async () => {
  const late = `
import { expect, test } from "vitest";
import "adversarial-sampling/vitest";

test("too soon", async () => {
  const check = expect(({ input }) => input).toMatchTorch("torch:clone", { input: 1 });
  await expect(check).rejects.toThrow(
    /^Python did not start in the 700 ms that the test has; .*globalSetup: \\["adversarial-sampling\\/vitest-setup"\\]$/,
  );
}, 700);
`;
  const report = await runVitest(await projectWith({ "late.test.ts": late }), 80_000);
  expect(report).toMatchObject({ success: true, numPassedTests: 1 });
}, 100_000);
