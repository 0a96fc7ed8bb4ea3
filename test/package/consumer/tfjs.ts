/** Who computes with the twin, or holds TensorFlow.js functions against Python's. */
import * as tf from "@tensorflow/tfjs-core";
import { conform, type FunctionPair, open, type Pair, type TfjsFunction } from "adversarial-sampling";
import { build, forward, type Network } from "adversarial-sampling/tfjs";

const typed: FunctionPair<tf.Tensor> = {
  name: "softplus",
  torch: "torch.nn.functional:softplus",
  tfjs: ({ input }) => (input === undefined ? [] : tf.softplus(input)),
  folder: undefined,
  cases: [{ id: "1", inputs: { input: { wave: 1, shape: [3] } }, reduction: undefined }],
};

/** A port that says what it wants is one too. */
const padded = ({ x }: { x: tf.Tensor4D }): tf.Tensor4D =>
  tf.pad(x, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
const narrow: TfjsFunction = padded;
const pairs: readonly Pair[] = [typed, { ...typed, name: "padded", tfjs: narrow }];

export async function compared(): Promise<boolean> {
  await using torch = await open();
  await using tfjs = await open({ backend: "tfjs" });
  return (await conform(tfjs, torch, { pairs })).failed === 0;
}

const weights = { bias: true, priorSigma: 0.15, initLogSigma: 0.15, dtype: "float32", seed: 42 } as const;

export function computed(): readonly number[] {
  const network: Network = build({ kind: "linear", inFeatures: 2, outFeatures: 1, ...weights });
  return forward(network, { dtype: "float32", shape: [1, 2], data: Float32Array.of(1, 2) }).output.shape;
}
