import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { ownAddonPlace } from "../../src/tfjs/engine/place.ts";
import { addonIsCurrent } from "../../src/tfjs/engine/stamp.ts";
import { startEngine } from "../../src/tfjs/engine.ts";

it("starts once, and computes with the tfjs-core that the twin imports", async () => {
  const engine = await startEngine();
  expect(await startEngine()).toBe(engine);
  expect(engine.version).toBe("4.22.0");
  expect(tf.getBackend()).toBe(engine.name === "native" ? "tensorflow" : "cpu");

  const gradient = tf.tidy(() => tf.grad((x) => tf.sum(tf.square(x)))(tf.tensor1d([1, -2, 3])));
  expect([...gradient.dataSync()]).toEqual([2, -4, 6]);
  gradient.dispose();
  expect(tf.memory().numTensors).toBe(0);
});

it.runIf(addonIsCurrent(ownAddonPlace()))("is native where set-up got an addon", async () => {
  const { name, reason } = await startEngine();
  expect({ name, reason }).toEqual({
    name: "native",
    reason: expect.stringMatching(/^TensorFlow 2\.\d+\.\d+ through tfjs-node$/),
  });
  const { conv2d } = createRequire(import.meta.url)("@tensorflow/tfjs-node");
  expect(conv2d).toBe(tf.conv2d);
});

/** Runs TypeScript in a Node of its own, as what tfjs prints and registers stays. */
function inOwnProcess(script: string, env: NodeJS.ProcessEnv = {}) {
  const root = join(import.meta.dirname, "../..");
  const options = { cwd: root, encoding: "utf8", env: { ...process.env, ...env } } as const;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "-e", script],
    options,
  );
  return { status, said: `${stdout}${stderr}` };
}

it("says nothing by itself", () => {
  const script = 'await (await import("./src/tfjs/engine.ts")).startEngine();';
  expect(inOwnProcess(script, { TF_CPP_MIN_LOG_LEVEL: undefined })).toEqual({ status: 0, said: "" });
});

it("computes the same in plain JavaScript, and is as silent", () => {
  const script = `
    const { loadPlain } = await import("./src/tfjs/engine/load.ts");
    await loadPlain();
    const tf = await import("@tensorflow/tfjs-core");
    const gradient = tf.grad((x) => tf.sum(tf.square(x)))(tf.tensor1d([1, -2, 3]));
    process.stdout.write(tf.getBackend() + " " + gradient.dataSync().join());
  `;
  expect(inOwnProcess(script)).toEqual({ status: 0, said: "cpu 2,-4,6" });
});

it("lets tfjs-node call what Node 22 and 24 warn of, without a warning", () => {
  const script = `
    const util = (await import("node:module")).createRequire(import.meta.url)("node:util");
    for (const name of ["isNullOrUndefined", "isArray"]) {
      util[name] = util.deprecate(() => false, name + " is deprecated", "DEP0000");
    }
    await (await import("./src/tfjs/engine.ts")).startEngine();
    const tf = await import("@tensorflow/tfjs-core");
    process.stdout.write(tf.concat([tf.tensor1d([1]), tf.tensor1d([2])]).dataSync().join());
  `;
  expect(inOwnProcess(script)).toEqual({ status: 0, said: "1,2" });
});

it("brings back what Node 23 took from tfjs-node", () => {
  const script = `
    const util = (await import("node:module")).createRequire(import.meta.url)("node:util");
    delete util.isNullOrUndefined;
    delete util.isArray;
    const { startEngine } = await import("./src/tfjs/engine.ts");
    const { name } = await startEngine();
    const answers = [null, undefined, 0].map(util.isNullOrUndefined);
    process.stdout.write(JSON.stringify({ name, answers, array: util.isArray([]) }));
  `;
  const { status, said } = inOwnProcess(script);
  expect(status).toBe(0);
  const native = addonIsCurrent(ownAddonPlace());
  expect(JSON.parse(said)).toMatchObject(
    native ? { name: "native", answers: [true, true, false], array: true } : { name: "cpu" },
  );
});
