import type * as tf from "@tensorflow/tfjs-core";
import type { Inspection } from "../backend.ts";
import { type GradientOptionsInput, gradientOptions } from "../schema/options.ts";
import type { Tensor } from "../tensor.ts";
import { validate } from "../validation.ts";
import type { Part } from "./layers/layer.ts";
import type { Network } from "./models/network.ts";
import { differentiate, divergence, evaluate, inputOf, numberOf, scoped } from "./passes.ts";
import { fromTf } from "./tensors.ts";

/** A tensor on its way; `outward` brings it, and its gradient, to torch's layout. */
interface Seen {
  readonly name: string;
  readonly value: Tensor;
  readonly outward: (tensor: tf.Tensor) => tf.Tensor;
}

/** Does what `gradients` does, and keeps what every layer took and gave, in order of execution. */
export function inspect(model: Network, input: Tensor, target: Tensor, options: GradientOptionsInput = {}): Inspection {
  const parsed = validate(gradientOptions, options, "inspect");
  return scoped(() => {
    const x = model.fromTorch(inputOf(model, input, parsed.normalization));
    const seen: Seen[] = [];
    const tensors = [x];
    const keep = (layer: string, part: Part, tensor: tf.Tensor) => {
      const outward = part === "input" || part === "output" ? (t: tf.Tensor) => model.toTorch(t) : (t: tf.Tensor) => t;
      seen.push({ name: layer === "" ? part : `${layer}/${part}`, value: fromTf(outward(tensor)), outward });
      tensors.push(tensor);
    };
    const [answer, [, ...gradients]] = tapping(model, keep, () =>
      differentiate(() => {
        const { loss, kl } = evaluate(model, x, target, parsed);
        return [loss, { loss: numberOf(loss), kl: divergence(model, kl) }];
      }, tensors),
    );
    const operations = seen.map(({ name, value, outward }, i) => {
      const gradient = gradients[i];
      return { name, value, gradient: gradient ? fromTf(outward(gradient)) : null };
    });
    return { ...answer, operations };
  });
}

function tapping<T>(model: Network, tap: (layer: string, part: Part, tensor: tf.Tensor) => void, run: () => T): T {
  for (const [name, layer] of model.layers) layer.tap = (part, tensor) => tap(name, part, tensor);
  try {
    return run();
  } finally {
    for (const layer of model.layers.values()) layer.tap = null;
  }
}
