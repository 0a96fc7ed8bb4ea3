/**
 * Does the twin leak? 2,000 steps of Adversarial Sampling (ResNet-20, 8x8, batch 10), with the memory told every 200.
 * Ends with code 1 when there are other tensors at the end than at the beginning, or when the most memory
 * held in the second half is more than `allowedMiB` above the most held in the first.
 */
import * as tf from "@tensorflow/tfjs-core";
import { modelSpec } from "../src/schema/models.ts";
import { stepOptions } from "../src/schema/options.ts";
import { startEngine } from "../src/tfjs/engine.ts";
import { FastStep } from "../src/tfjs/fast/step.ts";
import { build } from "../src/tfjs/models/build.ts";

const steps = Number(process.argv[2] ?? 2000);
const every = Math.ceil(steps / 10);
/** What the allocator and V8 keep back for themselves between two readings. */
const allowedMiB = 32;

const { reason } = await startEngine();
console.log(`${steps} steps on ${reason}`);
const model = build(modelSpec.parse({ kind: "resnet20" }));
const step = new FastStep(model, stepOptions.parse({}), 50_000);
const x = tf.tidy(() => tf.randomUniform([10, 8, 8, 3], -1, 1, "float32", 1));
const y = tf.tensor1d([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "int32");

function take(count: number): void {
  for (let i = 0; i < count; i++) step.take(x, y);
}

function reading(taken: number): { tensors: number; mebibytes: number } {
  const mebibytes = process.memoryUsage.rss() / 2 ** 20;
  const { numTensors: tensors } = tf.memory();
  console.log(`${String(taken).padStart(6)} steps  ${tensors} tensors  ${mebibytes.toFixed(1)} MiB`);
  return { tensors, mebibytes };
}

take(1);
const readings = [reading(1)];
for (let taken = 1; taken < steps; ) {
  const count = Math.min(every, steps - taken);
  take(count);
  taken += count;
  readings.push(reading(taken));
  await new Promise((resolve) => setImmediate(resolve));
}
const most = (part: typeof readings) => Math.max(...part.map(({ mebibytes }) => mebibytes));
const half = Math.ceil(readings.length / 2);
const leaked = (readings.at(-1)?.tensors ?? 0) - (readings[0]?.tensors ?? 0);
const grown = most(readings.slice(half)) - most(readings.slice(0, half));
console.log(`${leaked} tensors leaked; the second half held ${grown.toFixed(1)} MiB more than the first at most`);
process.exitCode = leaked === 0 && grown <= allowedMiB ? 0 : 1;
