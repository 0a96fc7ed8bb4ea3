/** How long a port that fails takes to prove, beside a right one: in turn, as the ratio of each round. */
import * as tf from "@tensorflow/tfjs-core";
import { gaussian } from "../src/conformance/random.ts";
import { open, prove, tensor } from "../src/index.ts";
import { scaledGradient, scaledPort } from "./right-ports/sweep.ts";

await using twin = await open({ backend: "tfjs" });
await using torch = await open({ backend: "torch", device: "cpu" });
await twin.info();
const rounds = Number(process.argv[2] ?? 7);
const tensorOf = (shape: readonly number[], seed: number) =>
  tensor(
    Float32Array.from(
      gaussian(
        seed,
        shape.reduce((n, length) => n * length, 1),
      ),
    ),
    shape,
  );
type Unary = (x: tf.Tensor) => tf.Tensor;
/** One element is off by a thousandth. */
const hidden =
  (right: Unary): Unary =>
  (x) => {
    const y = right(x);
    const first = tf.concat([tf.tensor1d([1e-3]), tf.zeros([y.size - 1])]);
    return tf.add(y, tf.reshape(first, y.shape));
  };
const programs: readonly { name: string; torch: string; port: Unary; input: readonly number[] }[] = [
  { name: "tanh of 4,000", torch: "torch:tanh", port: tf.tanh, input: [100, 40] },
  { name: "softmax of 40,000", torch: "torch.nn.functional:softmax", port: (x) => tf.softmax(x), input: [100, 400] },
  { name: "mean of 40,000", torch: "torch:mean", port: (x) => tf.mean(x), input: [100, 400] },
];
const wrong: Readonly<Record<string, (right: Unary) => Unary>> = {
  "off by 1e-5": (right) => scaledPort(tf, right),
  doubled: (right) => (x) => tf.mul(2, right(x)),
  "gradient off by 1e-5": (right) => scaledGradient(tf, right),
  "one element off by 1e-3": hidden,
};
for (const { name, torch: target, port, input } of programs) {
  const more = target.endsWith("softmax") ? { dim: -1 } : {};
  const cases = [{ id: "1", inputs: { input: tensorOf(input, 1), ...more } }];
  const timed = async (of: Unary) => {
    const began = performance.now();
    const { failed } = await prove(twin, torch, { torch: target, port: of, cases, differentiate: ["input"] });
    return { failed, time: performance.now() - began };
  };
  await timed(port);
  for (const [fault, change] of Object.entries(wrong)) {
    const ratios: number[] = [];
    let [told, longest] = [0, 0];
    for (let round = 0; round < rounds; round++) {
      const right = await timed(port);
      const off = await timed(change(port));
      ratios.push(off.time / right.time);
      told += off.failed - right.failed;
      longest = Math.max(longest, off.time);
    }
    ratios.sort((a, b) => a - b);
    const [least, middle, most] = [ratios[0], ratios[rounds >> 1], ratios.at(-1)].map((x) => x?.toFixed(2));
    process.stdout.write(
      `${name}, ${fault}: ${middle} x (${least} to ${most}; ${rounds}), told ${told} of ${rounds}, at most ${longest.toFixed(0)} ms\n`,
    );
  }
}
