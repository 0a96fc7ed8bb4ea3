import * as tf from "@tensorflow/tfjs-core";
import type { AdversarialStage, LayerStage, StageMaker } from "../../port/stages/stage.ts";
import type { Tensor } from "../../tensor.ts";
import { startEngine } from "../engine.ts";
import type { Layer } from "../layers/layer.ts";
import { build } from "../models/build.ts";
import { scoped } from "../passes.ts";
import { channelsFirst, channelsLast, fromTf, toFloat32 } from "../tensors.ts";
import { FastStep } from "./step.ts";

/** Stages that TensorFlow.js computes for steps elsewhere. */
export const tfjsStages: StageMaker = {
  async adversarial(spec, step): Promise<AdversarialStage> {
    await startEngine();
    const network = build({ ...spec, dtype: "float32" });
    const own = new FastStep(network, { ...step, kernels: "auto", tf32: false }, 1);
    return {
      ascend: (start) => own.ascendFor(start),
      [Symbol.asyncDispose]: async () => {
        own.dispose();
        network.dispose();
      },
    };
  },

  async layer(spec, name): Promise<LayerStage> {
    await startEngine();
    const network = build({ ...spec, dtype: "float32" });
    const layer = network.layers.get(name);
    if (layer === undefined) throw new Error(`there is no layer ${name}`);
    return { ...functionOf(layer), [Symbol.asyncDispose]: async () => network.dispose() };
  },
};

/** Of input, weight and bias in torch's layout. */
function functionOf(layer: Layer): Pick<LayerStage, "call" | "vjp"> {
  const respond = (x?: tf.Tensor, weight?: tf.Tensor, bias?: tf.Tensor) => {
    if (x === undefined || weight === undefined) throw new Error("expected an input and a weight");
    const given = { weight, bias: bias ?? null };
    return x.rank < 3 ? layer.transform(x, given) : channelsFirst(layer.transform(channelsLast(x), given));
  };
  const call = (...inputs: readonly Tensor[]) => scoped(() => fromTf(respond(...inputs.map(toFloat32))));
  return {
    call,
    vjp: (...inputs) => ({
      value: call(...inputs),
      pullback: (cotangent) =>
        scoped(() => {
          const dy = cotangent === null || cotangent === undefined ? undefined : toFloat32(cotangent);
          const gradients = tf.grads((...xs: tf.Tensor[]) => respond(...xs))(inputs.map(toFloat32), dy);
          return { inputs: Object.fromEntries(gradients.map((one, i) => [i, fromTf(one)])), parameters: {} };
        }),
      dispose: () => {},
    }),
  };
}
