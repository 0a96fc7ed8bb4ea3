import * as tf from "@tensorflow/tfjs-core";
import type { AdversarialStage, AscentEnd, AscentStart, LayerStage, OpenStages } from "../port/stages/stage.ts";
import { numbers } from "../tensor/numbers.ts";
import { type NamedTensors, tensor } from "../tensor.ts";
import type { NoiseAscent } from "./ascent.ts";
import type { FlatWeights } from "./fast/weights.ts";
import type { Layer } from "./layers/layer.ts";
import type { Layout } from "./layout.ts";
import type { Network } from "./models/network.ts";
import { scoped } from "./passes.ts";
import { pythonOperation } from "./python-operation.ts";
import { channelsFirst, channelsLast, fromTf, type NamedVariables, overwrite, toFloat32 } from "./tensors.ts";

/** Running statistics and their counts: what train-mode forwards change. */
function movingBuffers({ buffers, storedNoise }: Network): NamedVariables {
  return new Map([...buffers].filter(([name]) => !storedNoise.has(name)));
}

/** `steps` ascents from noise, which is freed, and the cross-entropy before each. */
export type Climb = (
  x: tf.Tensor,
  y: tf.Tensor1D,
  weights: FlatWeights,
  from: tf.Tensor1D,
  steps: number,
) => { eps: tf.Tensor1D; losses: number[] };

/** What ascents for a step elsewhere are computed with. */
export interface Guest {
  readonly model: Network;
  readonly layout: Layout;
  readonly ascent: NoiseAscent;
  readonly climb: Climb;
}

/** The ascents of a step that is taken elsewhere; nothing of it stays. Call it inside `scoped`. */
export function ascendHere({ model, layout, ascent: { sums }, climb }: Guest, start: AscentStart): AscentEnd {
  const buffers = movingBuffers(model);
  overwriteAll(buffers, start.buffers);
  if (sums !== null && start.sums !== null) overwrite(sums, start.sums);
  const x = channelsLast(toFloat32(start.images));
  const y = tf.tensor1d(Int32Array.from<number | bigint>(start.labels.data, Number), "int32");
  const weights = layout.weightsOf(toFloat32(start.theta) as tf.Tensor1D);
  const { eps, losses } = climb(x, y, weights, toFloat32(start.eps) as tf.Tensor1D, start.steps);
  return {
    eps: fromTf(eps),
    sums: sums && fromTf(sums),
    buffers: numbersOf(buffers),
    losses: tensor(Float32Array.from(losses)),
  };
}

const numbersOf = (variables: NamedVariables): NamedTensors =>
  Object.fromEntries([...variables].map(([name, variable]) => [name, fromTf(variable)]));

function overwriteAll(variables: NamedVariables, given: NamedTensors): void {
  for (const [name, variable] of variables) {
    const values = given[name];
    if (values === undefined) throw new Error(`expected ${name} to come back`);
    overwrite(variable, values);
  }
}

/** What ascents that are computed elsewhere are of. */
export interface AscentPlace {
  readonly stage: AdversarialStage;
  readonly model: Network;
  readonly ascent: NoiseAscent;
  /** Told the noise and the cross-entropy before each ascent; they are then asked for one at a time. */
  readonly observe: ((eps: tf.Tensor1D, crossEntropy: number) => void) | undefined;
}

/** `steps` ascents from `eps`, which is freed, on images [N, H, W, 3]. Call it inside `scoped`. */
export function ascendThere(
  { stage, model, ascent, observe }: AscentPlace,
  ...[x, y, weights, from, steps]: Parameters<Climb>
): ReturnType<Climb> {
  const buffers = movingBuffers(model);
  const images = scoped(() => fromTf(channelsFirst(x)));
  const [theta, labels] = [scoped(() => fromTf(weights.theta())), fromTf(y)];
  const losses: number[] = [];
  let eps = from;
  for (const count of observe === undefined ? [steps] : Array.from({ length: steps }, () => 1)) {
    const end = stage.ascend({
      theta,
      eps: fromTf(eps),
      sums: ascent.sums && fromTf(ascent.sums),
      buffers: numbersOf(buffers),
      images,
      labels,
      steps: count,
    });
    losses.push(...numbers(end.losses));
    observe?.(eps, losses.at(-1) ?? Number.NaN);
    eps.dispose();
    eps = toFloat32(end.eps) as tf.Tensor1D;
    if (ascent.sums !== null && end.sums !== null) overwrite(ascent.sums, end.sums);
    overwriteAll(buffers, end.buffers);
  }
  return { eps, losses };
}

/** Forwards of the network inside `run` have the operations of these layers computed elsewhere. It must not be asynchronous. */
export function withLayers<T>({ layers }: Network, stages: OpenStages | null, run: () => T): T {
  const moved: Layer[] = [];
  try {
    for (const [name, stage] of stages?.layers ?? []) {
      const layer = layers.get(name);
      if (layer === undefined) throw new Error(`there is no layer ${name}`);
      layer.elsewhere = throughStage(stage);
      moved.push(layer);
    }
    return run();
  } finally {
    for (const layer of moved) layer.elsewhere = null;
  }
}

function throughStage(stage: LayerStage): NonNullable<Layer["elsewhere"]> {
  const operation = pythonOperation(stage);
  return (x, { weight, bias }) => {
    const images = x.rank >= 3;
    const inputs = [images ? channelsFirst(x) : x, weight, bias].filter((one) => one !== null);
    const output = operation(...inputs);
    return images ? channelsLast(output) : output;
  };
}
